// Deployments: reserved in one mutation, then started, followed and ended by what is told of their processes.
#include <fmt/format.h>

#include <algorithm>

#include "core/approval_command.hpp"
#include "core/state.hpp"
#include "core/time_text.hpp"
#include "text/cut_text.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kLongestWhy = 1000;

Error limit_reached(std::string field, std::string given, std::string message, std::string hint) {
  Error error(ErrorCode::limit_exceeded, std::move(message), std::move(hint));
  error.field = std::move(field);
  error.given = std::move(given);
  return error;
}

std::string short_text(std::string text) {
  if (text.size() <= kLongestWhy) return text;
  return std::string(text::cut_text(text, kLongestWhy)) + "…";
}

std::string ending_text(const DeploymentEnded& ended) {
  std::string text(to_string(ended.state));
  if (ended.exit_code) text += fmt::format(", exit code {}", *ended.exit_code);
  if (ended.signal != 0) text += fmt::format(", signal {}", ended.signal);
  if (!ended.why.empty()) text += ": " + ended.why;
  return text;
}

std::string_view what_to_do(const DeploymentStanding& standing) {
  switch (standing.waiting_for) {
    case WaitingFor::permission:
    case WaitingFor::trust:
    case WaitingFor::input: return "Answer it: governorctl attach, or send_input. stop_deployment ends it.";
    case WaitingFor::quota: return "It goes on by itself at that time. stop_deployment ends it.";
    case WaitingFor::budget:
    case WaitingFor::restart:
    case WaitingFor::nothing: break;
  }
  return "Look at its output (get_deployment_output, governorctl attach); stop_deployment ends it.";
}

}  // namespace

int State::depth_below(const Caller& caller, const std::string& parent) const {
  // Who leaves its parent out, or names another one, is as deep all the same.
  const auto session = sessions_.find(caller.session);
  const Deployment* own = session == sessions_.end() ? nullptr : deployment_of(session->second);
  const Deployment* above = parent.empty() ? nullptr : deployments_.find(parent);
  return 1 + std::max(own != nullptr ? own->order.depth : 0, above != nullptr ? above->order.depth : 0);
}

std::optional<Error> State::check_room_for(const DeploymentOrder& order) const {
  const DeploymentLimits& limits = deployment_limits_;
  if (deployments_.live().size() >= limits.at_once) {
    return limit_reached(
        {}, {},
        fmt::format("{} deployments are not over, the limit at one time.", deployments_.live().size()),
        "Wait for one to end (wait_deployment), or stop one that is not needed; list_deployments names "
        "them.");
  }
  if (!order.parent.empty()) {
    const std::size_t children = deployments_.count_live_of_parent(order.parent);
    if (children >= limits.per_parent) {
      return limit_reached("parent", order.parent,
                           fmt::format("{} deployments of agent \"{}\" are not over, the limit for one.",
                                       children, order.parent),
                           "Wait for one to end (wait_deployment), or stop one that is not needed.");
    }
  }
  return std::nullopt;
}

std::optional<Error> State::check_no_duplicate(const DeploymentOrder& order) const {
  if (order.task_id.empty()) return std::nullopt;
  const Deployment* same = deployments_.find_live(order.agent_type, order.task_id);
  if (same == nullptr) return std::nullopt;
  Error error(ErrorCode::conflict,
              fmt::format("\"{}\" of the same type is {} for task \"{}\" since {}.", same->order.id,
                          to_string(same->standing.state), order.task_id, utc_text(same->created_us)),
              "wait_deployment waits for it; allow_duplicate true deploys another one beside it.");
  error.field = "agent_type";
  error.given = order.agent_type;
  return error;
}

std::optional<Error> State::check_deployment_limits(const DeploymentWish& wish, std::int64_t now_us) const {
  const DeploymentOrder& order = wish.order;
  const DeploymentLimits& limits = deployment_limits_;
  if (order.depth > limits.depth) {
    return limit_reached(
        "parent", order.parent,
        fmt::format("This deployment would be {} deep; accepted: at most {}.", order.depth, limits.depth),
        "Do the work yourself, or report to whoever deployed you what is still to be done.");
  }
  if (auto refusal = check_room_for(order)) return refusal;
  if (order.task_id.empty()) return std::nullopt;
  const std::size_t of_task = deployments_.count_of_task(order.task_id);
  if (of_task >= limits.per_task) {
    return limit_reached(
        "task_id", order.task_id,
        fmt::format("Task \"{}\" has had {} deployments, the limit in total.", order.task_id, of_task),
        "Let a person look at why it needs so many; the rest is another task.");
  }
  if (const BudgetUse use = budget_use(order.budget, spent_of(order, nullptr, now_us)); use.is_used_up()) {
    return limit_reached(
        "budget", std::string(use.figure),
        fmt::format("The deployments of task \"{}\" have used {} already, and share their budget.",
                    order.task_id, use.text),
        "Give a budget for all of them together, or leave task_id out.");
  }
  return wish.allow_duplicate ? std::nullopt : check_no_duplicate(order);
}

Agent& State::create_deployed_agent(const Caller& caller, const DeploymentWish& wish, std::int64_t now_us,
                                    Changes& changes) {
  Agent& agent = create_agent(caller, wish.order.id, now_us, changes);
  AgentProfile& profile = agent.profile;
  profile.shared = false;
  profile.owner_since_us = now_us;
  profile.token_hash = wish.token_hash;
  profile.parent_id = wish.order.parent;
  profile.purpose = fmt::format("deployed as {}", wish.order.agent_type);
  if (!wish.order.task_id.empty()) profile.purpose += " for task " + wish.order.task_id;
  save_profile(profile, changes);
  return agent;
}

Result<const Deployment*> State::reserve_deployment(const Caller& caller, DeploymentWish wish,
                                                    std::int64_t now_us, Changes& changes) {
  DeploymentOrder& order = wish.order;
  order.session = std::max<SessionKey>(caller.session, 0);  // one that is not stored means nothing later
  order.depth = depth_below(caller, order.parent);
  if (!order.task_id.empty() && tasks_.find(order.task_id) == nullptr) {
    Error error(ErrorCode::not_found, fmt::format("There is no task \"{}\".", order.task_id),
                "define_task creates one; or leave task_id out.");
    error.field = "task_id";
    error.given = order.task_id;
    return error;
  }
  if (!order.parent.empty()) {
    const Agent* parent = find_agent(order.parent);
    if (parent == nullptr) {
      Error error(ErrorCode::not_found, fmt::format("There is no agent \"{}\".", order.parent),
                  "register_agent first, or leave parent out.");
      error.field = "parent";
      error.given = order.parent;
      return error;
    }
    if (auto refusal = check_owner(parent->profile, caller, wish.parent_token_hash))
      return *std::move(refusal);
    if (auto refusal = check_may_go_on(*parent, now_us)) return *std::move(refusal);
  }
  if (auto refusal = check_deployment_limits(wish, now_us)) return *std::move(refusal);
  if (find_agent(order.id) != nullptr || deployments_.find(order.id) != nullptr)
    return Error(ErrorCode::already_exists, fmt::format("There is an agent \"{}\" already.", order.id));

  Deployment deployment;
  deployment.key = ++keys_.deployment;
  deployment.agent = create_deployed_agent(caller, wish, now_us, changes).profile.key;
  deployment.created_us = now_us;
  deployment.standing.since_us = now_us;
  deployment.order = std::move(order);
  const DeploymentOrder& made = deployment.order;
  // The entry comes first: it may be the one that says who this is.
  audit(caller, "deployment_reserved", deployment.agent,
        fmt::format("{} with runner {}, depth {}{}{}", made.id, made.runner, made.depth,
                    made.task_id.empty() ? "" : ", for task ", made.task_id),
        now_us, changes);
  changes.emplace_back(DeploymentAppended{deployment});
  changes.emplace_back(DeploymentEventAppended{
      deployment.key, now_us, "reserved", DeploymentState::reserved, -1, {}, {}, actor_of(caller)});
  const Deployment& kept = deployments_.insert(std::move(deployment));
  store_answer(caller, {0, Answer::Kind::deployment, kept.key}, {}, changes);
  return &kept;
}

const Deployment& State::change_deployment(const Caller& caller, const Deployment& deployment,
                                           DeploymentStanding standing, std::string event, std::string note,
                                           std::int64_t now_us, Changes& changes) {
  if (!event.empty()) {
    changes.emplace_back(DeploymentEventAppended{deployment.key,
                                                 now_us,
                                                 std::move(event),
                                                 standing.state,
                                                 standing.progress,
                                                 std::move(note),
                                                 {},
                                                 actor_of(caller)});
  }
  changes.emplace_back(DeploymentChanged{deployment.key, deployment.order.id, standing});
  return deployments_.change(deployment.key, std::move(standing));
}

void State::confirm_deployment(DeploymentKey key, DeploymentStarted started, std::int64_t now_us,
                               Changes& changes) {
  const Deployment* deployment = deployments_.find(key);
  if (deployment == nullptr || is_over(deployment->standing.state)) return;
  const bool is_first = deployment->standing.state == DeploymentState::reserved;
  const bool is_known =
      deployment->standing.keeper == started.keeper && deployment->standing.process == started.process;
  if (!is_first && is_known) return;
  DeploymentStanding standing = deployment->standing;
  standing.keeper = std::move(started.keeper);
  standing.process = std::move(started.process);
  standing.in_tmux = started.in_tmux;
  standing.workspace = std::move(started.workspace);
  standing.attempts += 1;
  standing.started_us = now_us;
  standing.state = DeploymentState::starting;
  standing.waiting_for = WaitingFor::nothing;
  standing.since_us = now_us;
  standing.why.clear();
  standing.exit_code.reset();
  standing.signal = 0;
  standing.restart_us = 0;
  standing.paused = false;
  standing.running_since_us = now_us;
  if (!is_first) standing.earlier = standing.usage;
  const std::string note = fmt::format("pid {}{}, in {}", standing.process.pid,
                                       standing.in_tmux ? ", in tmux" : "", standing.workspace.directory);
  audit({}, "deployment_started", deployment->agent, fmt::format("{}: {}", deployment->order.id, note),
        now_us, changes);
  const Deployment& changed =
      change_deployment({}, *deployment, std::move(standing), "started", note, now_us, changes);
  watch_deployment(changed, now_us, changes);
  // What it has started may have connected before this was known.
  for (auto& [session_key, session] : sessions_) {
    if (!session.agent_id.empty()) continue;
    bind_session(session);
    if (!session.agent_id.empty()) save_session(session, changes);
  }
  if (is_first) tell_task(changed, "deployment_started", changed.order.id + " was started", now_us, changes);
  settle_deployment(*deployments_.find(key), now_us, changes);
}

void State::note_deployment(DeploymentKey key, DeploymentSeen seen, std::int64_t now_us, Changes& changes) {
  const Deployment* deployment = deployments_.find(key);
  if (deployment == nullptr || is_over(deployment->standing.state)) return;
  if (deployment->standing.state == DeploymentState::reserved) return;  // its start will be told first
  if (deployment->standing.restart_us != 0) return;                     // it is of a run that is over
  DeploymentStanding standing = deployment->standing;
  if (seen.usage) {
    standing.usage = standing.earlier;
    standing.usage += *seen.usage;
  }
  if (!seen.runner_session.empty()) standing.runner_session = std::move(seen.runner_session);
  std::string event;
  const bool is_limited = seen.waiting_for == WaitingFor::quota;
  // What it said before it was paused may come after that.
  if (is_limited || !standing.paused)
    standing.limited_until_us = is_limited ? sane_limit(seen.until_us, now_us) : 0;
  const bool is_other =
      !standing.paused && (standing.state != seen.state || standing.waiting_for != seen.waiting_for);
  if (is_other) {
    standing.state = seen.state;
    standing.waiting_for = seen.waiting_for;
    standing.since_us = now_us;
    standing.why = short_text(std::move(seen.why));
    event = to_string(seen.state);
    if (needs_person(standing)) {
      audit({}, "deployment_" + event, deployment->agent,
            fmt::format("{}: {}", deployment->order.id, standing.why), now_us, changes);
    }
  }
  if (standing == deployment->standing) return;
  const std::string note = is_other ? standing.why : std::string();
  const Deployment& changed =
      change_deployment({}, *deployment, std::move(standing), event, note, now_us, changes);
  if (is_other) watch_deployment(changed, now_us, changes);
  settle_with(DeploymentOrder(changed.order), now_us, changes);
}

/// Alerts for as long as somebody is needed.
void State::watch_deployment(const Deployment& deployment, std::int64_t now_us, Changes& changes) {
  const DeploymentStanding& standing = deployment.standing;
  const std::string& id = deployment.order.id;
  const std::string waiting = "deployment_waiting/" + id;
  const std::string stuck = "deployment_stuck/" + id;
  // What it waits for now may be something else.
  resolve_alert(waiting, now_us, changes);
  if (standing.state != DeploymentState::stuck) resolve_alert(stuck, now_us, changes);
  if (standing.waiting_for != WaitingFor::budget) end_approvals_for(deployment, now_us, changes);
  if (standing.waiting_for == WaitingFor::budget) {
    const Approval* asked = request_budget_approval(deployment, now_us, changes);
    raise_alert(
        {waiting, AlertKind::deployment_waiting, AlertSeverity::warning, id,
         fmt::format("Deployment \"{}\" is paused: {} governorctl deployments continue {} lets it go on, "
                     "with as much again or with --budget NAME=NUMBER; governorctl stop {} ends it.{}",
                     id, standing.why, id, id,
                     asked != nullptr && asked->is_open()
                         ? fmt::format(" Or answer request {}: {}.", asked->key, approval_command(*asked))
                         : "")},
        now_us, changes);
  } else if (standing.state == DeploymentState::waiting && needs_person(standing)) {
    raise_alert({waiting, AlertKind::deployment_waiting, AlertSeverity::warning, id,
                 fmt::format("Deployment \"{}\" waits for {}: {} {}", id,
                             standing.waiting_for == WaitingFor::nothing ? "a person"
                                                                         : to_string(standing.waiting_for),
                             standing.why, what_to_do(standing))},
                now_us, changes);
  } else if (standing.state == DeploymentState::stuck) {
    raise_alert(
        {stuck, AlertKind::deployment_stuck, AlertSeverity::warning, id,
         fmt::format("Deployment \"{}\" seems to be stuck: {} {}", id, standing.why, what_to_do(standing))},
        now_us, changes);
  }
}

void State::end_deployment(DeploymentKey key, DeploymentEnded ended, std::int64_t now_us, Changes& changes) {
  const Deployment* deployment = deployments_.find(key);
  if (deployment == nullptr || is_over(deployment->standing.state)) return;
  ended.why = short_text(std::move(ended.why));
  const bool was_started = deployment->standing.started_us != 0;
  const std::string ending = ending_text(ended);
  if (was_started && ended.state == DeploymentState::failed &&
      deployment->standing.limited_until_us <= now_us)
    count_failure(*deployment, now_us, changes);
  if (begin_wait_for_restart(*deployment, ended, ending, now_us, changes)) return;
  const std::string event = was_started ? "ended" : "not_started";
  audit({}, "deployment_" + event, deployment->agent, fmt::format("{}: {}", deployment->order.id, ending),
        now_us, changes);
  release_all_of(*deployment, now_us, changes);
  if (Agent* agent = find_agent(deployment->order.id)) {
    note_life({}, *agent, "deployment_" + event, ending, now_us, changes);
    // What a person has decided about it stays.
    if (agent->profile.status == Lifecycle::active) {
      agent->profile.status = Lifecycle::archived;
      agent->profile.status_since_us = now_us;
      agent->profile.status_reason = "its deployment is over: " + ending;
    }
    end_unlocks({}, agent->profile, now_us, changes);
    save_profile(agent->profile, changes);
  }
  DeploymentStanding standing = deployment->standing;
  standing.state = is_over(ended.state) ? ended.state : DeploymentState::lost;
  standing.waiting_for = WaitingFor::nothing;
  standing.since_us = now_us;
  standing.why = std::move(ended.why);
  standing.exit_code = ended.exit_code;
  standing.signal = ended.signal;
  standing.ended_us = ended.ended_us != 0 ? ended.ended_us : now_us;
  stop_clock(standing, now_us);
  standing.paused = false;
  standing.restart_us = 0;
  const Deployment& changed =
      change_deployment({}, *deployment, std::move(standing), event, ending, now_us, changes);
  end_launch(deployment->order.id);
  stops_asked_.erase(deployment->order.id);
  watch_deployment(changed, now_us, changes);
  tell_task(changed, "deployment_ended", fmt::format("{}: {}", changed.order.id, ending), now_us, changes);
  settle_with(DeploymentOrder(changed.order), now_us, changes);
}

/// What it held is released meanwhile, and its agent stays. False: it is over.
bool State::begin_wait_for_restart(const Deployment& deployment, const DeploymentEnded& ended,
                                   const std::string& ending, std::int64_t now_us, Changes& changes) {
  DeploymentStanding standing = deployment.standing;
  if (!plan_restart(deployment, ended, standing, now_us)) return false;
  audit({}, "deployment_failed", deployment.agent, fmt::format("{}: {}", deployment.order.id, ending), now_us,
        changes);
  release_all_of(deployment, now_us, changes);
  stop_clock(standing, now_us);
  standing.paused = false;
  standing.since_us = now_us;
  standing.why = short_text(std::move(standing.why));
  standing.exit_code = ended.exit_code;
  standing.signal = ended.signal;
  const std::string note = fmt::format("{}: {}", deployment.order.id, standing.why);
  const Deployment& changed =
      change_deployment({}, deployment, std::move(standing), "run_ended", ending, now_us, changes);
  end_launch(changed.order.id);
  watch_deployment(changed, now_us, changes);
  tell_task(changed, "deployment_failed", note, now_us, changes);
  settle_with(DeploymentOrder(changed.order), now_us, changes);
  return true;
}

/// While it is not over yet: then it is still known which sessions are its own.
void State::release_all_of(const Deployment& deployment, std::int64_t now_us, Changes& changes) {
  std::vector<SessionKey> sessions;
  for (const auto& [key, session] : sessions_) {
    const Deployment* whose = deployment_of(session);
    if (whose != nullptr && whose->key == deployment.key) sessions.push_back(key);
  }
  end_leases_of_deployment(deployment.agent, sessions, now_us, changes);
  const std::string why = fmt::format("the deployment {} is over", deployment.order.id);
  end_claims(tasks_.claimed_for(deployment.agent), "owner_gone", why, now_us, changes);
  for (const SessionKey key : sessions)
    end_claims(tasks_.claimed_by(key), "owner_gone", why, now_us, changes);
}

void State::tell_task(const Deployment& deployment, std::string event, std::string_view note,
                      std::int64_t now_us, Changes& changes) {
  const Task* task = deployment.order.task_id.empty() ? nullptr : tasks_.find(deployment.order.task_id);
  if (task == nullptr) return;
  TaskStanding standing = task->standing;
  standing.note = std::string(text::cut_text(note, kMaxTaskNoteBytes));
  change_task({}, *task, std::move(standing), std::move(event), now_us, changes);
}

}  // namespace governor::core
