// Who is a deployed agent, what it tells of itself, and who may command it.
#include <fmt/format.h>

#include <algorithm>

#include "core/state.hpp"
#include "text/cut_text.hpp"

namespace governor::core {
namespace {

Error unknown_deployment(const std::string& id) {
  Error error(ErrorCode::not_found, fmt::format("There is no deployment \"{}\".", id),
              "list_deployments names those that there are.");
  error.field = "deployment_id";
  error.given = id;
  return error;
}

}  // namespace

const Deployment* State::deployment_of(const Session& session) const {
  if (deployments_.live().empty()) return nullptr;
  for (const SessionProcess& process : session.ancestors) {
    if (const Deployment* deployment = deployments_.find_live(process)) return deployment;
  }
  return deployments_.find_live(session.process);
}

/// Its own sessions are its agent's from the first call on. Those of hooks find their agent by themselves.
void State::bind_session(Session& session) const {
  if (!session.agent_id.empty() || session.passing || session.is_hooks() || session.role != Role::agent)
    return;
  if (const Deployment* deployment = deployment_of(session)) session.agent_id = deployment->order.id;
}

const Deployment* State::running_as(const AgentProfile& profile) const {
  if (deployments_.live().empty()) return nullptr;
  const Deployment* deployment = deployments_.find(profile.id);
  const bool is_its =
      deployment != nullptr && deployment->agent == profile.key && !is_over(deployment->standing.state);
  return is_its ? deployment : nullptr;
}

bool State::is_of_deployed_agent(const AgentProfile& profile, const Caller& caller) const {
  const Deployment* deployment = running_as(profile);
  if (deployment == nullptr) return false;
  const auto session = sessions_.find(caller.session);
  return session != sessions_.end() && deployment_of(session->second) == deployment;
}

std::optional<Error> State::check_command_of(const Caller& caller, const Deployment& deployment,
                                             std::string_view what) const {
  if (caller.session == 0 || is_person(caller)) return std::nullopt;
  const DeploymentOrder& order = deployment.order;
  const auto found = sessions_.find(caller.session);
  if (found != sessions_.end()) {
    const Session& session = found->second;
    if (order.session == session.key || deployment_of(session) == &deployment) return std::nullopt;
    // Whoever has come with the token of an agent, or belongs to it, goes by its name.
    const bool is_parent = !order.parent.empty() && session.agent_id == order.parent;
    const auto parent = is_parent ? agents_.find(order.parent) : agents_.end();
    if (parent != agents_.end() && parent->second.agent != nullptr &&
        !check_owner(parent->second.agent->profile, caller, {})) {
      return std::nullopt;
    }
  }
  Error error(ErrorCode::not_owner,
              fmt::format("Deployment \"{}\" is not yours to {}: {} deployed it.", order.id, what,
                          order.parent.empty() ? std::string("another session")
                                               : fmt::format("agent \"{}\"", order.parent)),
              "Only its parent, its own agent and people may; a person uses governorctl deployments.");
  error.field = "deployment_id";
  error.given = order.id;
  return error;
}

void State::note_deployment_event(const Caller& caller, const Deployment& deployment, std::string event,
                                  std::string note, std::int64_t now_us, Changes& changes) {
  // The entry comes first: it may be the one that says who this is.
  audit(caller, "deployment_" + event, deployment.agent,
        note.empty() ? deployment.order.id : fmt::format("{}: {}", deployment.order.id, note), now_us,
        changes);
  changes.emplace_back(DeploymentEventAppended{deployment.key,
                                               now_us,
                                               std::move(event),
                                               deployment.standing.state,
                                               deployment.standing.progress,
                                               std::move(note),
                                               {},
                                               actor_of(caller)});
}

Result<const Deployment*> State::own_deployment(const Caller& caller, const std::string& id,
                                                const std::string& token_hash) {
  const Deployment* deployment = deployments_.find(id);
  const Agent* agent = deployment == nullptr ? nullptr : find_agent(id);
  if (agent == nullptr) return unknown_deployment(id);
  if (auto refusal = check_owner(agent->profile, caller, token_hash)) return *std::move(refusal);
  if (is_over(deployment->standing.state)) {
    Error error(ErrorCode::conflict,
                fmt::format("Deployment \"{}\" is {} already.", id, to_string(deployment->standing.state)),
                "Nothing more can be told of it.");
    error.field = "deployment_id";
    error.given = id;
    return error;
  }
  return deployment;
}

Result<const Deployment*> State::update_progress(const Caller& caller, const std::string& id,
                                                 const std::string& token_hash, std::optional<int> progress,
                                                 std::optional<std::string> note, std::int64_t now_us,
                                                 Changes& changes) {
  auto own = own_deployment(caller, id, token_hash);
  if (!own) return own;
  DeploymentStanding standing = (*own)->standing;
  if (progress) standing.progress = *progress;
  if (note) standing.note = *note;
  if (standing == (*own)->standing) return own;
  audit(caller, "deployment_progress", (*own)->agent,
        fmt::format("{}: {}{}{}", id, standing.progress < 0 ? "" : fmt::format("{} %", standing.progress),
                    note && standing.progress >= 0 ? ", " : "", note.value_or("")),
        now_us, changes);
  return &change_deployment(caller, **own, std::move(standing), "progress",
                            std::move(note).value_or(std::string()), now_us, changes);
}

Result<const Deployment*> State::report_finding(const Caller& caller, const std::string& id,
                                                const std::string& token_hash, Finding finding,
                                                std::int64_t now_us, Changes& changes) {
  auto own = own_deployment(caller, id, token_hash);
  if (!own) return own;
  const Deployment& deployment = **own;
  audit(caller, "deployment_finding", deployment.agent,
        fmt::format("{}: {} {}: {}", id, finding.severity, finding.type, finding.message), now_us, changes);
  DeploymentEventAppended event{deployment.key,
                                now_us,
                                "finding",
                                deployment.standing.state,
                                deployment.standing.progress,
                                std::move(finding.message),
                                std::move(finding.data),
                                actor_of(caller)};
  changes.emplace_back(std::move(event));
  // Those who follow it are told, as of any change.
  return &change_deployment(caller, deployment, deployment.standing, {}, {}, now_us, changes);
}

void State::note_workspace_removed(const Caller& caller, const Deployment& deployment, std::int64_t now_us,
                                   Changes& changes) {
  DeploymentStanding standing = deployment.standing;
  standing.workspace.removed = true;
  audit(caller, "deployment_workspace_removed", deployment.agent,
        fmt::format("{}: {}", deployment.order.id, standing.workspace.directory), now_us, changes);
  change_deployment(caller, deployment, std::move(standing), "workspace_removed", {}, now_us, changes);
}

}  // namespace governor::core
