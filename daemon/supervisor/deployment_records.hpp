#pragma once

#include <optional>

#include "core/deployment.hpp"
#include "daemon/supervisor/keeper/keeper_files.hpp"
#include "ipc/error.hpp"

namespace governor::daemon {

// What stands in a deployment's directory, in the words of the registry.

ipc::Result<void> write_workspace(const KeeperFiles& files, const core::DeploymentWorkspace& workspace);
/// Nothing if it is not there: then nothing was made for it either.
std::optional<core::DeploymentWorkspace> read_workspace(const KeeperFiles& files);

/// As launching it has returned it; nothing if its program was never started.
std::optional<core::DeploymentStarted> started_deployment(const KeeperFiles& files);

/// Without what its output tells of it.
core::DeploymentEnded ended_deployment(const EndRecord& record);

}  // namespace governor::daemon
