#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/state.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// Of file threads: what starts and looks for processes holds up no work on files.
inline constexpr std::string_view kDeploymentLane = "deployments";

/// A set-up command of a worktree may install a lot.
inline constexpr std::chrono::minutes kLaunchLimit{10};

constexpr Parameter deployment_id(std::string_view description = {}) {
  return agent_named("deployment_id", description).required("the id that deploy_headless_agent gave");
}

/// Figures that are not given stay as they are. What is no budget is refused.
void read_budget(Arguments& arguments, core::DeploymentBudget& budget);

/// As Answer: this daemon has nothing to start processes with.
core::Error nothing_deploys();
core::Error unknown_deployment(const std::string& id);
/// Why it was not started, of one that is over and never was.
core::Error not_started(const core::Deployment& deployment);

}  // namespace governor::daemon
