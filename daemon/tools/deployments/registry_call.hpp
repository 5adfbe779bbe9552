#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/deployment_commands.hpp"
#include "daemon/tools/operation.hpp"

namespace governor::daemon {

enum class RegistryCheck {
  look,      ///< changes nothing
  repair,    ///< what is proven
  at_start,  ///< likewise; the daemon before may have ended at any moment
  watchdog   ///< likewise, if `suspects` has it too: it was seen before, and is no matter of a moment
};

struct RegistryOutcome {
  RegistryCheck check = RegistryCheck::look;
  bool has_looked = false;  ///< else what there is could not be found out
  std::vector<core::RegistryDifference> differences;
};

inline constexpr Operation kRegistryCheck{"registry check", Effect::idempotent};

/// Compares the registry of deployments with what there is. `tell` is called on the state strand.
std::unique_ptr<ToolCall> make_registry_call(RegistryCheck check,
                                             std::vector<core::RegistryDifference> suspects = {},
                                             std::function<void(RegistryOutcome)> tell = nullptr);

inline constexpr Operation kDeploymentReport{"deployment report", Effect::idempotent};

/// Takes down what the supervisor tells of a deployment.
std::unique_ptr<ToolCall> make_deployment_report_call(std::string id, core::DeploymentReport report);

}  // namespace governor::daemon
