#pragma once

#include <optional>
#include <string_view>

#include "core/deployment.hpp"
#include "core/error.hpp"
#include "daemon/supervisor/keeper/keeper_files.hpp"
#include "daemon/supervisor/launcher.hpp"

namespace governor::daemon {

/// What an agent reads that goes on in a session of its own: the task stands there already.
inline constexpr std::string_view kResumePrompt =
    "Your program ended before your work was done, and was started again. Look at what is done already, then "
    "go on with your task.";

/// Keeps what is needed to start the program once more, in the deployment's directory. Without the token.
std::optional<core::Error> write_request(const KeeperFiles& files, const LaunchRequest& request);
/// Nothing if it is not there.
std::optional<LaunchRequest> read_request(const KeeperFiles& files, const core::Deployment& deployment);
/// Before another prompt takes its place.
std::optional<core::Error> keep_first_prompt(const KeeperFiles& files);

}  // namespace governor::daemon
