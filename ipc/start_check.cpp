#include "ipc/spawn_daemon.hpp"
#include "ipc/start_elsewhere.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::ipc {

Result<UniqueFd> spawn_installed_daemon(const Paths& paths, Environment environment,
                                        std::vector<std::string> arguments) {
  auto binary = find_daemon_binary(environment);
  if (!binary) return binary.error();
  environment.set("GOVERNOR_RUNTIME_DIR", paths.runtime_dir);
  environment.set("GOVERNOR_STATE_DIR", paths.state_dir);
  return spawn_daemon({*binary, std::move(arguments), minimal_environment(environment)});
}

Result<UniqueFd> begin_start_check(const Paths& paths, const Environment& environment) {
  if (const auto& elsewhere = starting_elsewhere()) return elsewhere(StartRequest::check);
  return spawn_installed_daemon(paths, environment, {"--check"});
}

Result<void> check_start(const Paths& paths, const Environment& environment, Deadline deadline) {
  const auto pipe = begin_start_check(paths, environment);
  if (!pipe) return pipe.error();
  const auto report = read_startup_report(pipe->get(), deadline);
  if (!report) return report.error();
  if (report->outcome == StartupOutcome::ready) return {};
  return Error{Errc::start_failed, 0, "governord would not start: " + report->reason};
}

}  // namespace governor::ipc
