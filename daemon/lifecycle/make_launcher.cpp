#include "daemon/lifecycle/make_launcher.hpp"

#include <spdlog/spdlog.h>

#include "daemon/supervisor/supervisor.hpp"
#include "ipc/environment.hpp"
#include "ipc/spawn_daemon.hpp"

namespace governor::daemon {

std::unique_ptr<Launcher> make_launcher(const Options& options, const ipc::Paths& paths) {
  const ipc::Environment environment = ipc::process_environment();
  const auto program = ipc::find_daemon_binary(environment);
  if (!program) {
    spdlog::error("no agent can be deployed: {}", program.error().message);
    return nullptr;
  }
  SupervisorSettings settings;
  settings.deployments = options.deployments;
  settings.program = *program;
  settings.state_directory = paths.state_dir;
  settings.runtime_directory = paths.runtime_dir;
  settings.socket_directory = paths.socket_dir;
  settings.daemon_lock = paths.daemon_lock;
  settings.environment = ipc::minimal_environment(environment);
  return std::make_unique<Supervisor>(std::move(settings));
}

}  // namespace governor::daemon
