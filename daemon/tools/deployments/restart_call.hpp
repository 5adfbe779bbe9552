#pragma once

#include <memory>
#include <string>

#include "daemon/tools/operation.hpp"

namespace governor::daemon {

inline constexpr Operation kDeploymentRestart{"deployment restart", Effect::cumulative};

/// Starts the program of a deployment again that has failed and whose time has come.
std::unique_ptr<ToolCall> make_restart_call(std::string id, std::string (*random_hex)(std::size_t bytes));

}  // namespace governor::daemon
