#pragma once

#include <optional>

#include "core/error.hpp"
#include "daemon/supervisor/launcher.hpp"
#include "daemon/supervisor/supervisor_settings.hpp"

namespace governor::daemon {

/// As `Launcher::refuse`.
std::optional<core::Error> refuse_launch(const SupervisorSettings& settings, const LaunchRequest& request);

}  // namespace governor::daemon
