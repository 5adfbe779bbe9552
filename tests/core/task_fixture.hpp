#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/state_fixture.hpp"

namespace governor::core::test {

inline TaskDefinition task_named(std::string id, std::vector<std::string> depends_on = {}) {
  TaskDefinition definition;
  definition.id = std::move(id);
  definition.title = "title of " + definition.id;
  definition.depends_on = std::move(depends_on);
  return definition;
}

/// Two live sessions that define, claim and update tasks.
struct TaskFixture : StateFixture {
  Result<TaskDefined> define(TaskDefinition definition) {
    return state.define_task({alice, 0}, std::move(definition), {}, ++now, changes);
  }
  Result<TaskDefined> define(const std::string& id, std::vector<std::string> depends_on = {}) {
    return define(task_named(id, std::move(depends_on)));
  }
  Result<const Task*> claim(SessionKey session, const std::string& task_id = {},
                            const std::string& agent_id = {}, std::int64_t ttl_us = 1'000'000) {
    return state.claim_task({session, 0}, {task_id, agent_id, ttl_us}, ++now, changes);
  }
  Result<const Task*> update(SessionKey session, const std::string& task_id,
                             std::optional<TaskStatus> status = {}, std::optional<int> progress = {},
                             std::optional<std::string> note = {}) {
    return state.update_task({session, 0}, {task_id, status, progress, std::move(note)}, ++now, changes);
  }
  /// The id of the next ready one, claimed; empty if there is none.
  std::string next(SessionKey session, const std::string& agent_id = {}) {
    const auto task = claim(session, {}, agent_id);
    return task && *task != nullptr ? (*task)->definition.id : std::string();
  }
  const TaskStanding& standing(const std::string& id) { return state.tasks().find(id)->standing; }
  std::vector<std::string> events() const {
    std::vector<std::string> names;
    for (const TaskEventAppended& event : of_kind<TaskEventAppended>(changes)) names.push_back(event.event);
    return names;
  }
};

}  // namespace governor::core::test
