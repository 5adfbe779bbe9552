#pragma once

#include "core/deployment.hpp"
#include "core/result.hpp"
#include "daemon/supervisor/keeper/keeper_files.hpp"
#include "daemon/supervisor/supervisor_settings.hpp"
#include "daemon/supervisor/tmux.hpp"

namespace governor::daemon {

/// Starts the keeper of what lies in the directory, in tmux if that goes, and waits until its program runs.
/// An error means that nothing of it runs. The workspace is left empty.
core::Result<core::DeploymentStarted> start_keeper(const SupervisorSettings& settings, const Tmux& tmux,
                                                   const std::string& id, const KeeperFiles& files);

/// Makes sure that no keeper begins any more where none has: its end is recorded. False if one runs.
bool close_without_keeper(const KeeperFiles& files, const std::string& why);

}  // namespace governor::daemon
