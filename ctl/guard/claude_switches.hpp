#pragma once

#include <optional>
#include <string>

#include "ipc/environment.hpp"

namespace governor::ctl {

/// Says which settings keep Claude Code from running the hooks of a project, if any do: then nothing that
/// governor installs there is run, and Claude Code does not mention it.
std::optional<std::string> hooks_switched_off(const ipc::Environment& environment,
                                              const std::string& project);

}  // namespace governor::ctl
