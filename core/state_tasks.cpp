// Tasks: defined once, claimed by one, returned to the queue when their owner is gone.
#include <fmt/format.h>

#include <algorithm>

#include "core/state.hpp"
#include "core/task_refusals.hpp"
#include "core/time_text.hpp"

namespace governor::core {

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
    return defined_otherwise(*there, definition);
  }
  if (const auto cycle = tasks_.cycle_through(id, depends_on); !cycle.empty()) {
    return closes_cycle(cycle);
  }
  const std::size_t bytes = definition.title.size() + definition.description.size();
  if (tasks_.size() >= kMaxTasks || tasks_.text_bytes() + bytes > kMaxTaskTextsBytes) {
    return too_many_tasks(id, tasks_.size(), tasks_.text_bytes(), "Start over with another state directory.");
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

Result<AgentKey> State::check_claimant(const Caller& caller, const std::string& agent_id,
                                       std::int64_t now_us) {
  const Session* session = find_session(caller.session);
  if (session == nullptr || session->passing) {
    return Error(ErrorCode::conflict, "A task can be claimed only by an open session.",
                 session == nullptr ? "Connect again and claim it then."
                                    : "Give a session in hello, see docs/wire-protocol.md.");
  }
  if (agent_id.empty()) return AgentKey{0};
  const Agent* agent = find_agent(agent_id);
  if (agent == nullptr) {
    Error error(ErrorCode::not_found, fmt::format("There is no agent \"{}\".", agent_id),
                "register_agent first, or leave agent_id out.");
    error.field = "agent_id";
    error.given = agent_id;
    return error;
  }
  if (auto refusal = check_owner(agent->profile, caller, {})) return *std::move(refusal);
  if (auto refusal = check_may_go_on(*agent, now_us)) return *std::move(refusal);
  return agent->profile.key;
}

Result<const Task*> State::claim_task(const Caller& caller, const ClaimCommand& command, std::int64_t now_us,
                                      Changes& changes) {
  expire_claims(now_us, changes);
  const auto agent_key = check_claimant(caller, command.agent_id, now_us);
  if (!agent_key) return agent_key.error();
  const Session* session = find_session(caller.session);
  const Task* task = nullptr;
  if (command.task_id.empty()) {
    task = tasks_.next_ready(command.agent_id);
    if (task == nullptr) return task;
  } else {
    task = tasks_.find(command.task_id);
    if (task == nullptr) return unknown_task(command.task_id);
    if (auto refusal = refuse_claim(tasks_, *task, caller.session, command.agent_id))
      return *std::move(refusal);
  }
  TaskStanding standing = task->standing;
  const bool renewed = standing.claim.has_value();
  if (!renewed) {
    standing.status = TaskStatus::in_progress;
    standing.claims += 1;
    standing.claim = TaskClaim{
        session->key, *agent_key, command.agent_id, session->client_name, session->process.pid, now_us, 0, 0};
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
  if (auto refusal = refuse_update(*task, caller.session, is_person(caller), update.status))
    return *std::move(refusal);
  TaskStanding standing = task->standing;
  std::string event = "updated";
  if (update.status) {
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
  if (auto refusal = refuse_assignment(*task)) return *std::move(refusal);
  TaskStanding standing = task->standing;
  const bool has_it =
      standing.claim && !assignment.agent.empty() && standing.claim->agent_id == assignment.agent;
  if (task->definition.agent == assignment.agent && (has_it || !standing.claim)) return task;
  if (standing.claim && !has_it) {
    standing.claim.reset();
    standing.status = TaskStatus::pending;
  }
  standing.note = assignment_note(assignment);
  changes.emplace_back(TaskAssigned{task->key, assignment.agent});
  tasks_.assign(task->key, std::move(assignment.agent));
  change_task(caller, *task, std::move(standing), "reassigned", now_us, changes);
  return task;
}

}  // namespace governor::core
