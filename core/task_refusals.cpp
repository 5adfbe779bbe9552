// Why something is refused about a task.
#include "core/task_refusals.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/time_text.hpp"

namespace governor::core {
namespace {

Error about(const std::string& task_id, ErrorCode code, std::string message, std::string hint) {
  Error error(code, std::move(message), std::move(hint));
  error.field = "task_id";
  error.given = task_id;
  return error;
}

std::string holder_of(const TaskClaim& claim) {
  const std::string who = claim.agent_id.empty() ? "a session" : fmt::format("agent \"{}\"", claim.agent_id);
  const std::string where = claim.host.empty() ? "" : fmt::format(" of {} on {}", claim.who, claim.host);
  return fmt::format("{} (client {}, pid {}{}) since {}, until {} unless renewed", who,
                     claim.client.empty() ? "(unnamed)" : claim.client, claim.pid, where,
                     utc_text(claim.since_us), utc_text(claim.expires_us));
}

/// Of a task that the caller may update.
std::optional<Error> refuse_status(const Task& task, TaskStatus to) {
  const TaskStanding& now = task.standing;
  const std::string& id = task.definition.id;
  if (is_over(now.status) && to != now.status && to != TaskStatus::pending) {
    return about(id, ErrorCode::conflict,
                 fmt::format("Task \"{}\" is {} since {} and cannot become {}.", id, to_string(now.status),
                             utc_text(now.updated_us), to_string(to)),
                 "Open it again first: update_task with status pending.");
  }
  if (to == TaskStatus::in_progress && !now.claim) {
    return about(id, ErrorCode::conflict,
                 fmt::format("Task \"{}\" is {} and not claimed, so it cannot be in progress.", id,
                             to_string(now.status)),
                 "claim_task it; that makes it in_progress.");
  }
  return std::nullopt;
}

}  // namespace

Error unknown_task(const std::string& id) {
  return about(id, ErrorCode::not_found, fmt::format("There is no task \"{}\".", id),
               "list_tasks names those that exist; define_task creates one.");
}

Error defined_otherwise(const Task& there, const TaskDefinition& given) {
  const std::string& id = given.id;
  return about(id, ErrorCode::already_exists,
               fmt::format("Task \"{}\" was defined otherwise at {}: {}.", id, utc_text(there.created_us),
                           difference(there.definition, given)),
               "Take another task_id, or get_task this one and work on it as it is.");
}

Error closes_cycle(const std::vector<std::string>& cycle) {
  Error error(ErrorCode::conflict,
              fmt::format("Tasks would wait for each other for ever: {} (each depends on the next).",
                          fmt::join(cycle, " -> ")),
              "Leave out one of these dependencies.");
  error.field = "depends_on";
  error.given = cycle[1];
  error.expected = "tasks that do not depend on this one";
  return error;
}

Error too_many_tasks(const std::string& id, std::size_t tasks, std::size_t bytes, std::string hint) {
  return about(id, ErrorCode::limit_exceeded,
               fmt::format("There are {} tasks with {} bytes of text; accepted: at most {} with {}.", tasks,
                           bytes, kMaxTasks, kMaxTaskTextsBytes),
               std::move(hint));
}

std::optional<Error> refuse_claim(const TaskTable& tasks, const Task& task, SessionKey session,
                                  const std::string& agent_id) {
  const std::string& id = task.definition.id;
  const TaskStanding& now = task.standing;
  if (now.claim) {
    if (now.claim->session == session && now.claim->agent_id == agent_id) return std::nullopt;
    return about(id, ErrorCode::conflict,
                 fmt::format("Task \"{}\" is claimed by {}.", id, holder_of(*now.claim)),
                 "claim_task without task_id gives the next ready one.");
  }
  const std::string& agent = task.definition.agent;
  if (!agent.empty() && agent != agent_id) {
    return about(
        id, ErrorCode::conflict, fmt::format("Task \"{}\" is for agent \"{}\" alone.", id, agent),
        "claim_task as that agent, or without task_id to get the next ready one that is for anybody.");
  }
  if (now.status != TaskStatus::pending) {
    return about(
        id, ErrorCode::conflict,
        fmt::format("Task \"{}\" is {} since {}.", id, to_string(now.status), utc_text(now.updated_us)),
        "update_task with status pending puts it back into the queue.");
  }
  auto open = tasks.open_dependencies(task);
  if (open.empty()) return std::nullopt;
  constexpr std::size_t kShown = 8;
  const std::size_t count = open.size();
  open.resize(std::min(count, kShown));
  for (std::string& name : open) {
    const Task* dependency = tasks.find(name);
    name +=
        fmt::format(" ({})", dependency == nullptr ? "not defined" : to_string(dependency->standing.status));
  }
  return about(id, ErrorCode::conflict,
               fmt::format("Task \"{}\" depends on {} that {} not done: {}{}.", id,
                           count == 1 ? "a task" : fmt::format("{} tasks", count), count == 1 ? "is" : "are",
                           fmt::join(open, ", "), count > kShown ? ", ..." : ""),
               "claim_task without task_id gives the next ready one.");
}

std::optional<Error> refuse_update(const Task& task, SessionKey session, bool is_person,
                                   std::optional<TaskStatus> status) {
  const auto& claim = task.standing.claim;
  if (claim && claim->session != session && !is_person) {
    return about(task.definition.id, ErrorCode::not_owner,
                 fmt::format("Task \"{}\" is claimed by {}.", task.definition.id, holder_of(*claim)),
                 "Only its owner updates it; the claim ends with its time or its session.");
  }
  return status ? refuse_status(task, *status) : std::nullopt;
}

std::optional<Error> refuse_assignment(const Task& task) {
  if (!is_over(task.standing.status)) return std::nullopt;
  const std::string& id = task.definition.id;
  return about(id, ErrorCode::conflict,
               fmt::format("Task \"{}\" is {} since {}.", id, to_string(task.standing.status),
                           utc_text(task.standing.updated_us)),
               fmt::format("Open it again first: governorctl tasks reopen {}.", id));
}

std::string assignment_note(const TaskAssignment& assignment) {
  std::string note = assignment.agent.empty() ? "for whoever claims it" : "for agent " + assignment.agent;
  if (!assignment.note.empty()) note += ": " + assignment.note;
  return note;
}

}  // namespace governor::core
