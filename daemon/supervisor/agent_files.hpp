#pragma once

#include <string>

#include "core/result.hpp"
#include "daemon/supervisor/keeper/keeper_files.hpp"
#include "daemon/supervisor/launcher.hpp"
#include "daemon/supervisor/supervisor_settings.hpp"

namespace governor::daemon {

/// Writes what a keeper and its program read: the prompt, the agent's token, its MCP configuration, the hooks
/// of Claude Code, and the order itself. `directory` is where it works, in bytes.
std::optional<core::Error> write_agent_files(const SupervisorSettings& settings, const Runner& runner,
                                             const LaunchRequest& request, const std::string& directory,
                                             const KeeperFiles& files);

/// What the program gets: as a list "NAME=value".
std::vector<std::string> agent_environment(const SupervisorSettings& settings, const Runner& runner,
                                           const LaunchRequest& request, const KeeperFiles& files);

/// The runner's words with all placeholders replaced.
std::vector<std::string> agent_arguments(const Runner& runner, const LaunchRequest& request,
                                         const std::string& directory, const KeeperFiles& files);

}  // namespace governor::daemon
