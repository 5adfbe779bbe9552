// Tasks: defined once, claimed by one, returned to the queue when their owner is gone.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kMaxTasks = 200'000;
constexpr std::size_t kMaxTextBytes = 256 * 1024 * 1024;

Error about(const std::string& task_id, ErrorCode code, std::string message, std::string hint) {
  Error error(code, std::move(message), std::move(hint));
  error.field = "task_id";
  error.given = task_id;
  return error;
}

Error unknown_task(const std::string& id) {
  return about(id, ErrorCode::not_found, fmt::format("There is no task \"{}\".", id),
               "list_tasks names those that exist; define_task creates one.");
}

std::string holder_of(const TaskClaim& claim) {
  const std::string who = claim.agent_id.empty() ? "a session" : fmt::format("agent \"{}\"", claim.agent_id);
  return fmt::format("{} (client {}, pid {}) since {}, until {} unless renewed", who,
                     claim.client.empty() ? "(unnamed)" : claim.client, claim.pid, utc_text(claim.since_us),
                     utc_text(claim.expires_us));
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

void State::change_task(const Caller& caller, const Task& task, TaskStanding standing, std::string event,
                        std::int64_t now_us, Changes& changes) {
  TaskEventAppended entry;
  entry.task = task.key;
  entry.timestamp_us = now_us;
  entry.event = std::move(event);
  entry.status = standing.status;
  entry.progress = standing.progress;
  if (standing.claim) {
    entry.agent_id = standing.claim->agent_id;
  } else if (task.standing.claim) {
    entry.agent_id = task.standing.claim->agent_id;
  }
  if (standing.note != task.standing.note) entry.note = standing.note;
  if (caller.session != 0) {
    std::string detail =
        fmt::format("task {}: {}, {} %", task.definition.id, to_string(standing.status), standing.progress);
    if (!entry.note.empty()) detail += ": " + entry.note;
    const auto& claim = standing.claim ? standing.claim : task.standing.claim;
    audit(caller, "task_" + entry.event, claim ? claim->agent : AgentKey{0}, std::move(detail), now_us,
          changes);
  }
  entry.actor = actor_of(caller);
  standing.updated_us = now_us;
  changes.emplace_back(TaskChanged{task.key, standing});
  changes.emplace_back(std::move(entry));
  tasks_.change(task.key, std::move(standing));
}

void State::end_claims(const std::vector<TaskKey>& tasks, const std::string& event, const std::string& why,
                       std::int64_t now_us, Changes& changes) {
  for (const TaskKey key : tasks) {
    const Task& task = *tasks_.find(key);
    const TaskClaim claim = *task.standing.claim;
    TaskStanding standing = task.standing;
    standing.claim.reset();
    standing.status = TaskStatus::pending;
    change_task({}, task, std::move(standing), event, now_us, changes);
    audit({claim.session, 0}, "task_claim_ended", claim.agent,
          fmt::format("task {}, claimed at {}, returns to the queue: {}", task.definition.id,
                      utc_text(claim.since_us), why),
          now_us, changes);
  }
}

void State::expire_claims(std::int64_t now_us, Changes& changes) {
  if (next_claim_expiry() > now_us) return;
  end_claims(tasks_.expired(now_us), "claim_expired", "its owner did not renew it", now_us, changes);
}

Result<TaskDefined> State::define_task(const Caller& caller, TaskDefinition definition, std::string source,
                                       std::int64_t now_us, Changes& changes) {
  expire_claims(now_us, changes);
  auto& depends_on = definition.depends_on;
  std::sort(depends_on.begin(), depends_on.end());
  depends_on.erase(std::unique(depends_on.begin(), depends_on.end()), depends_on.end());
  const std::string& id = definition.id;
  if (const Task* there = tasks_.find(id)) {
    if (there->definition == definition) return TaskDefined{there, false};
    return about(id, ErrorCode::already_exists,
                 fmt::format("Task \"{}\" was defined otherwise at {}: {}.", id, utc_text(there->created_us),
                             difference(there->definition, definition)),
                 "Take another task_id, or get_task this one and work on it as it is.");
  }
  if (const auto cycle = tasks_.cycle_through(id, depends_on); !cycle.empty()) {
    Error error(ErrorCode::conflict,
                fmt::format("Tasks would wait for each other for ever: {} (each depends on the next).",
                            fmt::join(cycle, " -> ")),
                "Leave out one of these dependencies.");
    error.field = "depends_on";
    error.given = cycle[1];
    error.expected = "tasks that do not depend on this one";
    return error;
  }
  const std::size_t bytes = definition.title.size() + definition.description.size();
  if (tasks_.size() >= kMaxTasks || tasks_.text_bytes() + bytes > kMaxTextBytes) {
    return about(id, ErrorCode::limit_exceeded,
                 fmt::format("There are {} tasks with {} bytes of text; accepted: at most {} with {}.",
                             tasks_.size(), tasks_.text_bytes(), kMaxTasks, kMaxTextBytes),
                 "Start over with another state directory.");
  }
  Task task;
  task.key = ++keys_.task;
  task.definition = std::move(definition);
  task.source = std::move(source);
  task.created_us = now_us;
  audit(caller, "task_defined", 0,
        fmt::format("task {}: {}{}", task.definition.id, task.definition.title,
                    task.definition.agent.empty() ? "" : ", for agent " + task.definition.agent),
        now_us, changes);
  task.creator = actor_of(caller);
  changes.emplace_back(TaskAppended{task});
  return TaskDefined{&tasks_.insert(std::move(task)), true};
}

std::optional<Error> State::refuse_claim(const Caller& caller, const ClaimCommand& command,
                                         const Task& task) const {
  const std::string& id = task.definition.id;
  const TaskStanding& now = task.standing;
  if (now.claim) {
    if (now.claim->session == caller.session && now.claim->agent_id == command.agent_id) return std::nullopt;
    return about(id, ErrorCode::conflict,
                 fmt::format("Task \"{}\" is claimed by {}.", id, holder_of(*now.claim)),
                 "claim_task without task_id gives the next ready one.");
  }
  const std::string& agent = task.definition.agent;
  if (!agent.empty() && agent != command.agent_id) {
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
  auto open = tasks_.open_dependencies(task);
  if (open.empty()) return std::nullopt;
  constexpr std::size_t kShown = 8;
  const std::size_t count = open.size();
  open.resize(std::min(count, kShown));
  for (std::string& name : open) {
    const Task* dependency = tasks_.find(name);
    name +=
        fmt::format(" ({})", dependency == nullptr ? "not defined" : to_string(dependency->standing.status));
  }
  return about(id, ErrorCode::conflict,
               fmt::format("Task \"{}\" depends on {} that {} not done: {}{}.", id,
                           count == 1 ? "a task" : fmt::format("{} tasks", count), count == 1 ? "is" : "are",
                           fmt::join(open, ", "), count > kShown ? ", ..." : ""),
               "claim_task without task_id gives the next ready one.");
}

Result<const Task*> State::claim_task(const Caller& caller, const ClaimCommand& command, std::int64_t now_us,
                                      Changes& changes) {
  expire_claims(now_us, changes);
  const Session* session = find_session(caller.session);
  if (session == nullptr || session->passing) {
    return Error(ErrorCode::conflict, "A task can be claimed only by an open session.",
                 session == nullptr ? "Connect again and claim it then."
                                    : "Give a session in hello, see docs/wire-protocol.md.");
  }
  AgentKey agent_key = 0;
  if (!command.agent_id.empty()) {
    const Agent* agent = find_agent(command.agent_id);
    if (agent == nullptr) {
      Error error(ErrorCode::not_found, fmt::format("There is no agent \"{}\".", command.agent_id),
                  "register_agent first, or leave agent_id out.");
      error.field = "agent_id";
      error.given = command.agent_id;
      return error;
    }
    if (auto refusal = check_owner(agent->profile, caller, {})) return *std::move(refusal);
    if (auto refusal = check_may_go_on(*agent, now_us)) return *std::move(refusal);
    agent_key = agent->profile.key;
  }
  const Task* task = nullptr;
  if (command.task_id.empty()) {
    task = tasks_.next_ready(command.agent_id);
    if (task == nullptr) return task;
  } else {
    task = tasks_.find(command.task_id);
    if (task == nullptr) return unknown_task(command.task_id);
    if (auto refusal = refuse_claim(caller, command, *task)) return *std::move(refusal);
  }
  TaskStanding standing = task->standing;
  const bool renewed = standing.claim.has_value();
  if (!renewed) {
    standing.status = TaskStatus::in_progress;
    standing.claims += 1;
    standing.claim = TaskClaim{
        session->key, agent_key, command.agent_id, session->client_name, session->process.pid, now_us, 0, 0};
  }
  standing.claim->ttl_us = command.ttl_us;
  standing.claim->expires_us = now_us + command.ttl_us;
  change_task(caller, *task, std::move(standing), renewed ? "claim_renewed" : "claimed", now_us, changes);
  return task;
}

Result<const Task*> State::update_task(const Caller& caller, TaskUpdate update, std::int64_t now_us,
                                       Changes& changes) {
  expire_claims(now_us, changes);
  const Task* task = tasks_.find(update.task_id);
  if (task == nullptr) return unknown_task(update.task_id);
  const bool is_holder = task->standing.claim && task->standing.claim->session == caller.session;
  if (task->standing.claim && !is_holder && !is_person(caller)) {
    return about(
        update.task_id, ErrorCode::not_owner,
        fmt::format("Task \"{}\" is claimed by {}.", update.task_id, holder_of(*task->standing.claim)),
        "Only its owner updates it; the claim ends with its time or its session.");
  }
  TaskStanding standing = task->standing;
  std::string event = "updated";
  if (update.status) {
    if (auto refusal = refuse_status(*task, *update.status)) return *std::move(refusal);
    const TaskStatus before = std::exchange(standing.status, *update.status);
    if (standing.status == TaskStatus::pending && standing.claim) event = "released";
    if (standing.status == TaskStatus::pending && is_over(before)) {
      event = "reopened";
      standing.progress = 0;
    }
    if (standing.status == TaskStatus::done && before != TaskStatus::done) standing.progress = 100;
    if (is_over(standing.status) || standing.status == TaskStatus::pending) standing.claim.reset();
  }
  if (update.progress) standing.progress = *update.progress;
  if (update.note) standing.note = *std::move(update.note);
  if (standing == task->standing) {
    if (!is_holder) return task;
    // Only a sign of life: it holds the claim, and is not worth a line in the history.
    standing.claim->expires_us = now_us + standing.claim->ttl_us;
    standing.updated_us = now_us;
    changes.emplace_back(TaskChanged{task->key, standing});
    audit(caller, "task_claim_renewed", standing.claim->agent, fmt::format("task {}", task->definition.id),
          now_us, changes);
    tasks_.change(task->key, std::move(standing));
    return task;
  }
  if (standing.claim && is_holder) standing.claim->expires_us = now_us + standing.claim->ttl_us;
  change_task(caller, *task, std::move(standing), std::move(event), now_us, changes);
  return task;
}

Result<const Task*> State::assign_task(const Caller& caller, TaskAssignment assignment, std::int64_t now_us,
                                       Changes& changes) {
  expire_claims(now_us, changes);
  const Task* task = tasks_.find(assignment.task_id);
  if (task == nullptr) return unknown_task(assignment.task_id);
  const std::string& id = task->definition.id;
  if (is_over(task->standing.status)) {
    return about(id, ErrorCode::conflict,
                 fmt::format("Task \"{}\" is {} since {}.", id, to_string(task->standing.status),
                             utc_text(task->standing.updated_us)),
                 fmt::format("Open it again first: governorctl tasks reopen {}.", id));
  }
  TaskStanding standing = task->standing;
  const bool has_it =
      standing.claim && !assignment.agent.empty() && standing.claim->agent_id == assignment.agent;
  if (task->definition.agent == assignment.agent && (has_it || !standing.claim)) return task;
  if (standing.claim && !has_it) {
    standing.claim.reset();
    standing.status = TaskStatus::pending;
  }
  standing.note = assignment.agent.empty() ? "for whoever claims it" : "for agent " + assignment.agent;
  if (!assignment.note.empty()) standing.note += ": " + assignment.note;
  changes.emplace_back(TaskAssigned{task->key, assignment.agent});
  tasks_.assign(task->key, std::move(assignment.agent));
  change_task(caller, *task, std::move(standing), "reassigned", now_us, changes);
  return task;
}

}  // namespace governor::core
