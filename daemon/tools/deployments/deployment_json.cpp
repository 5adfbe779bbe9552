#include "daemon/tools/deployments/deployment_json.hpp"

#include <array>

#include "core/deployment_budget.hpp"

#include "daemon/support/json_time.hpp"
#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

double in_usd(std::uint64_t micro_usd) {
  return static_cast<double>(micro_usd) / 1e6;
}

void write_usage(JsonWriter& json, const core::DeploymentUsage& usage) {
  json.key("usage").begin_object().field("turns", usage.turns).field("tokens", usage.tokens);
  json.field("cost_usd", in_usd(usage.cost_micro_usd)).end_object();
}

void write_budget(JsonWriter& json, const core::DeploymentBudget& budget) {
  json.key("budget").begin_object();
  if (budget.turns != 0) json.field("turns", budget.turns);
  if (budget.tokens != 0) json.field("tokens", budget.tokens);
  if (budget.cost_micro_usd != 0) json.field("cost_usd", in_usd(budget.cost_micro_usd));
  if (budget.wall_seconds != 0) json.field("seconds", budget.wall_seconds);
  json.end_object();
}

void write_workspace(JsonWriter& json, const core::DeploymentWorkspace& workspace) {
  json.key("workspace").begin_object().field("mode", core::to_string(workspace.mode));
  json.field("directory", workspace.directory);
  if (workspace.mode == core::WorkspaceMode::worktree) {
    json.field("repository", workspace.repository).field("branch", workspace.branch);
    json.field("base_commit", workspace.base_commit).field("removed", workspace.removed);
  }
  json.end_object();
}

}  // namespace

void write_deployment(JsonWriter& json, const core::Deployment& deployment) {
  const core::DeploymentOrder& order = deployment.order;
  const core::DeploymentStanding& standing = deployment.standing;
  json.begin_object().field("deployment_id", order.id).field("agent_id", order.id);
  json.field("agent_type", order.agent_type).field("runner", order.runner);
  if (!order.task_id.empty()) json.field("task_id", order.task_id);
  if (!order.parent.empty()) json.field("parent", order.parent);
  json.field("depth", order.depth).field("state", core::to_string(standing.state));
  if (standing.waiting_for != core::WaitingFor::nothing)
    json.field("waiting_for", core::to_string(standing.waiting_for));
  json.field("needs_person", core::needs_person(standing)).field("since", iso_timestamp(standing.since_us));
  if (!standing.why.empty()) json.field("why", standing.why);
  if (standing.progress >= 0) json.field("progress", standing.progress);
  if (!standing.note.empty()) json.field("note", standing.note);
  json.field("created", iso_timestamp(deployment.created_us));
  time_field(json, "started", standing.started_us);
  time_field(json, "ended", standing.ended_us);
  if (standing.exit_code) json.field("exit_code", *standing.exit_code);
  if (standing.signal != 0) json.field("signal", standing.signal);
  if (standing.process.pid != 0) json.field("pid", standing.process.pid).field("in_tmux", standing.in_tmux);
  json.field("attempts", std::uint64_t{standing.attempts});
  if (!standing.runner_session.empty()) json.field("runner_session", standing.runner_session);
  if (core::can_be_resumed(standing)) json.field("resumable", true);
  write_usage(json, standing.usage);
  if (!(core::budget_of(deployment) == core::DeploymentBudget{}))
    write_budget(json, core::budget_of(deployment));
  if (standing.paused) json.field("paused", true);
  if (order.restarts_allowed != 0) {
    json.field("restarts", std::uint64_t{standing.restarts});
    json.field("restarts_allowed", order.restarts_allowed);
  }
  if (standing.restart_us != 0) json.field("starts_again", iso_timestamp(standing.restart_us));
  if (standing.limited_until_us != 0) json.field("limited_until", iso_timestamp(standing.limited_until_us));
  if (order.timeout_seconds != 0) json.field("timeout_seconds", order.timeout_seconds);
  if (!standing.workspace.directory.empty()) write_workspace(json, standing.workspace);
  json.end_object();
}

void write_deployment_counts(JsonWriter& json, const core::DeploymentTable& deployments) {
  std::array<std::uint64_t, core::kDeploymentStates.size()> counts{};
  deployments.visit([&](const core::Deployment& deployment) {
    ++counts[static_cast<std::size_t>(deployment.standing.state)];
    return true;
  });
  json.begin_object().field("not_over", static_cast<std::uint64_t>(deployments.live().size()));
  for (const core::DeploymentState state : core::kDeploymentStates)
    json.field(core::to_string(state), counts[static_cast<std::size_t>(state)]);
  json.end_object();
}

void write_deployment_history(JsonWriter& json, const DeploymentHistory& history) {
  json.begin_array();
  for (const DeploymentEvent& event : history.events) {
    json.begin_object().field("timestamp", iso_timestamp(event.timestamp_us)).field("event", event.event);
    json.field("state", core::to_string(event.state));
    if (event.progress >= 0) json.field("progress", event.progress);
    if (!event.client.empty()) json.field("client", event.client).field("pid", event.pid);
    if (!event.note.empty()) json.field("note", event.note);
    if (!event.data.empty()) json.key("data").raw(event.data);
    json.end_object();
  }
  json.end_array();
}

}  // namespace governor::daemon
