#include "core/deployment.hpp"

#include <algorithm>

namespace governor::core {

std::string_view to_string(DeploymentState state) {
  switch (state) {
    case DeploymentState::reserved: return "reserved";
    case DeploymentState::starting: return "starting";
    case DeploymentState::working: return "working";
    case DeploymentState::waiting: return "waiting";
    case DeploymentState::stuck: return "stuck";
    case DeploymentState::finished: return "finished";
    case DeploymentState::failed: return "failed";
    case DeploymentState::stopped: return "stopped";
    case DeploymentState::lost: return "lost";
  }
  return "lost";
}

std::string_view to_string(WaitingFor waiting) {
  switch (waiting) {
    case WaitingFor::nothing: return "nothing";
    case WaitingFor::permission: return "permission";
    case WaitingFor::trust: return "trust";
    case WaitingFor::quota: return "quota";
    case WaitingFor::budget: return "budget";
    case WaitingFor::input: return "input";
    case WaitingFor::restart: return "restart";
  }
  return "nothing";
}

std::string_view to_string(WorkspaceMode workspace) {
  return workspace == WorkspaceMode::worktree ? "worktree" : "shared";
}

std::string terminal_name(std::string_view id) {
  std::string name(id);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == ':'; }, '_');
  return name;
}

}  // namespace governor::core
