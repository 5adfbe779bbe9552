#pragma once

#include <memory>

#include "daemon/lifecycle/options.hpp"
#include "daemon/supervisor/launcher.hpp"
#include "ipc/paths.hpp"

namespace governor::daemon {

/// What starts deployments; none if the daemon's own program is not to be found, which the log says.
std::unique_ptr<Launcher> make_launcher(const Options& options, const ipc::Paths& paths);

}  // namespace governor::daemon
