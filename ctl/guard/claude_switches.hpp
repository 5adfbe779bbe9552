#pragma once

#include <optional>
#include <string>

#include "ipc/environment.hpp"

namespace governor::ctl {

/// Says which settings keep Claude Code from running the hooks of a project, if any do: then nothing that
/// governor installs there is run, and Claude Code does not mention it. Without a project (empty): those of
/// the user.
std::optional<std::string> hooks_switched_off(const ipc::Environment& environment,
                                              const std::string& project);

/// The settings that hold in all projects of the user; relative if HOME is not set.
std::string claude_settings_of_user(const ipc::Environment& environment);

}  // namespace governor::ctl
