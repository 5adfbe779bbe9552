#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/task_table.hpp"

namespace governor::core {

// Why something is refused about a task, of this daemon or a shared one. `session` is the caller's.

Error unknown_task(const std::string& id);
/// There is one with the id of `given`, and it is another.
Error defined_otherwise(const Task& there, const TaskDefinition& given);
/// `cycle` goes from a task to itself.
Error closes_cycle(const std::vector<std::string>& cycle);
Error too_many_tasks(const std::string& id, std::size_t tasks, std::size_t bytes, std::string hint);
/// `tasks` has the task and what it depends on.
std::optional<Error> refuse_claim(const TaskTable& tasks, const Task& task, SessionKey session,
                                  const std::string& agent_id);
/// `status`: to become; none: it stays.
std::optional<Error> refuse_update(const Task& task, SessionKey session, bool is_person,
                                   std::optional<TaskStatus> status);
std::optional<Error> refuse_assignment(const Task& task);

/// What a task's note says after it.
std::string assignment_note(const TaskAssignment& assignment);

}  // namespace governor::core
