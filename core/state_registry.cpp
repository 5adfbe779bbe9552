// The registry of deployments against what there is: what differs, and what of it can be put right.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/state.hpp"

namespace governor::core {
namespace {

/// A keeper says how it ended, and is gone a moment later.
constexpr std::int64_t kLastMomentUs = 10'000'000;
constexpr std::string_view kNeverStarted = "the daemon ended before it was started";
constexpr std::string_view kNotAgain = "the machine was started anew before its program was started again";
constexpr std::string_view kGone = "its processes are gone, and nobody saw how it ended";

RegistryDifference differs(const Deployment& deployment, RegistryFault fault, std::string what,
                           bool is_repairable) {
  return {fault, deployment.order.id, std::move(what), is_repairable, std::nullopt, std::nullopt, {}};
}

std::optional<RegistryDifference> compare_live(const Deployment& deployment, const FoundDeployment* found) {
  const bool is_between = deployment.standing.restart_us != 0;
  const bool is_reserved = deployment.standing.state == DeploymentState::reserved || is_between;
  if (found != nullptr && found->unknown) {
    return differs(deployment, RegistryFault::unknown,
                   "The system does not say whether its processes live. It is left as it is.", false);
  }
  if (found != nullptr && found->alive) {
    if (!is_reserved) return std::nullopt;
    auto difference =
        differs(deployment, RegistryFault::started_unconfirmed,
                "It runs, and its start was not taken down. It is taken up.", found->started.has_value());
    if (!difference.is_repairable)
      difference.what = "Something of it runs, and how it was started is not known.";
    difference.started = found->started;
    return difference;
  }
  if (is_between) {
    // Nothing is to be there until its program is started again; after a reboot that is for people to say.
    if (found == nullptr || !found->earlier_boot) return std::nullopt;
    return differs(deployment, RegistryFault::gone,
                   "The machine was started anew before its program was started again. It is closed as lost.",
                   true);
  }
  if (found != nullptr && found->ended) {
    auto difference = differs(deployment, RegistryFault::ended_unnoticed,
                              fmt::format("It has ended ({}), and nobody took that down. It is closed.",
                                          to_string(found->ended->state)),
                              true);
    difference.started = found->started;
    difference.ended = found->ended;
    return difference;
  }
  if (is_reserved) {
    return differs(deployment, RegistryFault::never_started,
                   "It was reserved, and nothing of it was started. It is closed as failed.", true);
  }
  return differs(deployment, RegistryFault::gone,
                 "Its processes are gone, and nobody saw how it ended. It is closed as lost.", true);
}

}  // namespace

std::string_view to_string(RegistryFault fault) {
  switch (fault) {
    case RegistryFault::never_started: return "never_started";
    case RegistryFault::started_unconfirmed: return "started_unconfirmed";
    case RegistryFault::ended_unnoticed: return "ended_unnoticed";
    case RegistryFault::gone: return "gone";
    case RegistryFault::unknown: return "unknown";
    case RegistryFault::runs_on: return "runs_on";
    case RegistryFault::holds_on: return "holds_on";
    case RegistryFault::not_registered: return "not_registered";
    case RegistryFault::terminal_gone: return "terminal_gone";
    case RegistryFault::stray_terminal: return "stray_terminal";
    case RegistryFault::worktree_gone: return "worktree_gone";
    case RegistryFault::stray_worktree: return "stray_worktree";
  }
  return "unknown";
}

std::vector<RegistryDifference> State::compare_registry(const FoundAll& all, std::int64_t asked_us) const {
  const std::vector<FoundDeployment>& found = all.deployments;
  std::unordered_map<std::string, const FoundDeployment*> by_id;
  for (const FoundDeployment& one : found) by_id.emplace(one.id, &one);
  std::vector<RegistryDifference> differences;
  for (const DeploymentKey key : deployments_.live()) {
    const Deployment& deployment = *deployments_.find(key);
    const bool is_newer = deployment.created_us >= asked_us || deployment.standing.started_us >= asked_us;
    if (is_newer || is_launching(deployment.order.id)) continue;
    const auto at = by_id.find(deployment.order.id);
    if (auto difference = compare_live(deployment, at == by_id.end() ? nullptr : at->second))
      differences.push_back(*std::move(difference));
  }
  for (const std::string& id : holding_from_before()) {
    differences.push_back(
        {RegistryFault::holds_on,
         id,
         "It is over, and its agent holds leases or a task from before that. They are released.",
         true,
         std::nullopt,
         std::nullopt,
         {}});
  }
  for (const FoundDeployment& one : found) {
    if (!one.alive) continue;
    const Deployment* deployment = deployments_.find(one.id);
    if (deployment == nullptr) {
      differences.push_back({RegistryFault::not_registered,
                             one.id,
                             "It runs, and the registry does not know it. It is left as it is: governorctl "
                             "attach shows it.",
                             false,
                             one.started,
                             std::nullopt,
                             {}});
    } else if (is_over(deployment->standing.state) && deployment->standing.since_us < asked_us) {
      differences.push_back(differs(*deployment, RegistryFault::runs_on,
                                    fmt::format("It counts as {}, and yet it runs. It is left as it is: "
                                                "stop_deployment ends it.",
                                                to_string(deployment->standing.state)),
                                    false));
    }
  }
  compare_places(all, asked_us, differences);
  return differences;
}

/// Sessions of governor's own tmux, and worktrees in its directory. What there is work in is never repaired.
void State::compare_places(const FoundAll& found, std::int64_t asked_us,
                           std::vector<RegistryDifference>& differences) const {
  const auto is_settled = [&](const Deployment& one) {
    return one.created_us < asked_us && one.standing.started_us < asked_us &&
           one.standing.since_us < asked_us && !is_launching(one.order.id);
  };
  if (found.terminals) {
    std::set<std::string> expected;
    std::set<std::string> there;
    std::set<std::string> alive;
    // What is not registered and runs is said to do so; its session is where it runs.
    for (const FoundDeployment& one : found.deployments) {
      if (one.alive) alive.insert(one.id);
      const bool just_ended = one.ended && asked_us - one.ended->ended_us < kLastMomentUs;
      if (one.alive || one.unknown || just_ended) expected.insert(terminal_name(one.id));
    }
    for (const FoundTerminal& terminal : *found.terminals) there.insert(terminal.name);
    for (const DeploymentKey key : deployments_.live()) {
      const Deployment& one = *deployments_.find(key);
      const std::string name = terminal_name(one.order.id);
      expected.insert(name);
      const bool should_be = one.standing.in_tmux && one.standing.process.pid != 0;
      if (should_be && alive.contains(one.order.id) && !there.contains(name) && is_settled(one)) {
        differences.push_back(differs(one, RegistryFault::terminal_gone,
                                      "It runs, and its tmux session is gone: there is nothing to attach to.",
                                      true));
      }
    }
    for (const FoundTerminal& terminal : *found.terminals) {
      if (expected.contains(terminal.name)) continue;
      differences.push_back({RegistryFault::stray_terminal,
                             terminal.name,
                             terminal.dead
                                 ? "A session of governor's own tmux in which nothing runs any more. "
                                   "It is closed."
                                 : "A session of governor's own tmux in which no deployment runs. It "
                                   "is left as it is: what runs in it is somebody's.",
                             terminal.dead,
                             std::nullopt,
                             std::nullopt,
                             {}});
    }
  }
  for (const FoundDeployment& one : found.deployments) {
    const Deployment* deployment = one.worktree_gone ? deployments_.find(one.id) : nullptr;
    if (deployment == nullptr || deployment->standing.workspace.removed || !is_settled(*deployment)) continue;
    if (deployment->standing.workspace.mode != WorkspaceMode::worktree) continue;
    const bool is_closed = is_over(deployment->standing.state);
    differences.push_back(
        differs(*deployment, RegistryFault::worktree_gone,
                fmt::format("Its worktree {} is gone. {}", deployment->standing.workspace.directory,
                            is_closed ? "That is taken down; its commits are on its branch."
                                      : "Its program runs on without it: stop_deployment ends it."),
                is_closed));
  }
  for (const FoundWorktree& one : found.worktrees) {
    const Deployment* deployment = deployments_.find(one.id);
    // Of one that could not be started everything is taken back.
    const bool was_never_started = deployment != nullptr && is_over(deployment->standing.state) &&
                                   deployment->standing.started_us == 0 && is_settled(*deployment);
    if (deployment != nullptr && !was_never_started) continue;
    differences.push_back(
        {RegistryFault::stray_worktree, one.id,
         one.work.empty() ? fmt::format("The worktree {} is no deployment's, and there is nothing in it that "
                                        "is not elsewhere. It is removed.",
                                        one.directory)
                          : fmt::format("The worktree {} is no deployment's. It is left as it is: {}",
                                        one.directory, one.work),
         one.work.empty(), std::nullopt, std::nullopt, one.directory});
  }
}

/// Deployments that are over. What was acquired later belongs to somebody who goes on under that name.
std::set<std::string> State::holding_from_before() const {
  std::set<std::string> ids;
  const auto note = [&](const std::string& agent_id, std::int64_t since_us) {
    const Deployment* deployment = deployments_.find(agent_id);
    if (deployment != nullptr && is_over(deployment->standing.state) &&
        since_us <= deployment->standing.ended_us) {
      ids.insert(agent_id);
    }
  };
  for (const auto& [key, lease] : leases_.open()) {
    if (!leases_.is_pinned(key)) note(lease.claim.holder.agent_id, lease.granted_us);
  }
  for (const TaskKey key : tasks_.expired(INT64_MAX)) {
    const TaskClaim& claim = *tasks_.find(key)->standing.claim;
    note(claim.agent_id, claim.since_us);
  }
  return ids;
}

void State::repair_registry(const Caller& caller, const RegistryDifference& difference, std::int64_t now_us,
                            Changes& changes) {
  const Deployment* deployment = deployments_.find(difference.id);
  audit(caller, "registry_repaired", deployment != nullptr ? deployment->agent : 0,
        fmt::format("{}: {}: {}", difference.id, to_string(difference.fault), difference.what), now_us,
        changes);
  if (deployment == nullptr) return;
  switch (difference.fault) {
    case RegistryFault::never_started:
      end_deployment(deployment->key, {DeploymentState::failed, std::string(kNeverStarted)}, now_us, changes);
      return;
    case RegistryFault::started_unconfirmed:
      confirm_deployment(deployment->key, *difference.started, now_us, changes);
      return;
    case RegistryFault::ended_unnoticed:
      if (deployment->standing.state == DeploymentState::reserved && difference.started)
        confirm_deployment(deployment->key, *difference.started, now_us, changes);
      end_deployment(deployment->key, *difference.ended, now_us, changes);
      return;
    case RegistryFault::gone: {
      const bool was_between = deployment->standing.restart_us != 0;
      end_deployment(deployment->key, {DeploymentState::lost, std::string(was_between ? kNotAgain : kGone)},
                     now_us, changes);
      return;
    }
    case RegistryFault::terminal_gone: {
      DeploymentStanding standing = deployment->standing;
      standing.in_tmux = false;
      change_deployment(caller, *deployment, std::move(standing), "terminal_gone", {}, now_us, changes);
      return;
    }
    case RegistryFault::worktree_gone: note_workspace_removed(caller, *deployment, now_us, changes); return;
    case RegistryFault::stray_terminal:
    case RegistryFault::stray_worktree: return;  // there is nothing of it in the registry
    case RegistryFault::holds_on: release_all_of(*deployment, now_us, changes); return;
    case RegistryFault::unknown:
    case RegistryFault::runs_on:
    case RegistryFault::not_registered: return;
  }
}

}  // namespace governor::core
