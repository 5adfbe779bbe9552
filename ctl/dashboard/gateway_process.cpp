#include "ctl/dashboard/gateway_process.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "ipc/gateway_record.hpp"
#include "ipc/spawn_daemon.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::ctl {
namespace {

constexpr std::chrono::milliseconds kPause{20};

/// One that has the lock writes its record a little later.
ipc::Result<ServingGateway> gateway_at(const ipc::Paths& paths, pid_t pid, ipc::Deadline deadline) {
  for (;;) {
    const auto record = ipc::read_gateway_record(paths);
    if (record && record->pid == pid) {
      if (record->port != 0)
        return ServingGateway{pid, "http://127.0.0.1:" + std::to_string(record->port), false};
      return ipc::Error{ipc::Errc::not_found, 0,
                        "the gateway (pid " + std::to_string(pid) + ") listens on " + record->socket +
                            ", where no browser can go; end it with: governorctl dashboard --stop"};
    }
    if (deadline.expired()) {
      return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                        "the gateway (pid " + std::to_string(pid) + ") does not say where it listens"};
    }
    static_cast<void>(ipc::pause_until(deadline.capped(kPause)));
  }
}

ipc::Result<void> start_gateway(const Context& context, const ipc::Paths& paths, std::optional<int> port,
                                ipc::Deadline deadline) {
  auto binary = ipc::find_gateway_binary(context.environment);
  if (!binary) return binary.error();
  ipc::Environment environment = context.environment;
  environment.set("GOVERNOR_RUNTIME_DIR", paths.runtime_dir);
  environment.set("GOVERNOR_STATE_DIR", paths.state_dir);
  std::vector<std::string> arguments;
  if (port) arguments = {"--port", std::to_string(*port)};
  const auto pipe = ipc::spawn_daemon({*binary, std::move(arguments), ipc::minimal_environment(environment)});
  if (!pipe) return pipe.error();
  const auto report = ipc::read_startup_report(pipe->get(), deadline);
  if (!report) return report.error();
  if (report->outcome != ipc::StartupOutcome::failed) return {};
  return ipc::Error{ipc::Errc::start_failed, 0, "the gateway would not start: " + report->reason};
}

}  // namespace

ipc::Result<ServingGateway> serving_gateway(const Context& context, const ipc::Paths& paths,
                                            std::optional<int> port, ipc::Deadline deadline) {
  bool started = false;
  auto pid = ipc::running_gateway(paths);
  if (!pid) {
    if (const auto made = ipc::ensure_runtime_directories(paths); !made) return made.error();
    if (const auto start = start_gateway(context, paths, port, deadline); !start) return start.error();
    started = true;
    pid = ipc::running_gateway(paths);
  }
  if (!pid)
    return ipc::Error{ipc::Errc::start_failed, 0,
                      "the gateway has ended again; gateway.log in " + paths.state_dir + " says why"};
  auto gateway = gateway_at(paths, *pid, deadline);
  if (gateway) gateway->started = started;
  return gateway;
}

ipc::Result<std::string> login_url(const ipc::Paths& paths, const ServingGateway& gateway) {
  std::ifstream file(ipc::gateway_login_file(paths));
  std::string token;
  if (!(file >> token)) {
    return ipc::Error{
        ipc::Errc::not_found, 0,
        "cannot read " + ipc::gateway_login_file(paths) + ": governorctl dashboard --stop, and again"};
  }
  return gateway.url + "/login?token=" + token;
}

ipc::Result<std::optional<pid_t>> log_out_browsers(const ipc::Paths& paths, ipc::Deadline deadline) {
  const std::string file = ipc::gateway_browsers_file(paths);
  const auto pid = ipc::running_gateway(paths);
  if (pid && ::kill(*pid, SIGUSR1) != 0 && errno != ESRCH)
    return ipc::system_error("cannot tell the gateway", errno);
  std::error_code none;
  while (ipc::running_gateway(paths) == pid && pid) {
    // Written before the gateway answers anybody again.
    if (const auto size = std::filesystem::file_size(file, none); none || size == 0) return pid;
    if (deadline.expired()) {
      return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                        "the gateway (pid " + std::to_string(*pid) +
                            ") does not log browsers out; end it with: governorctl dashboard --stop"};
    }
    static_cast<void>(ipc::pause_until(deadline.capped(kPause)));
  }
  // None runs, or it has ended meanwhile.
  ::unlink(file.c_str());
  return std::optional<pid_t>();
}

ipc::Result<std::optional<pid_t>> end_gateway(const ipc::Paths& paths, ipc::Deadline deadline) {
  const auto pid = ipc::running_gateway(paths);
  if (!pid) return std::optional<pid_t>();
  if (::kill(*pid, SIGTERM) != 0 && errno != ESRCH) return ipc::system_error("cannot end the gateway", errno);
  while (ipc::running_gateway(paths) == pid) {
    if (deadline.expired())
      return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                        "the gateway (pid " + std::to_string(*pid) + ") does not end"};
    static_cast<void>(ipc::pause_until(deadline.capped(kPause)));
  }
  return pid;
}

ipc::Result<std::optional<pid_t>> stop_gateway(const ipc::Paths& paths, ipc::Deadline deadline) {
  auto ended = end_gateway(paths, deadline);
  if (ended) ::unlink(ipc::gateway_browsers_file(paths).c_str());
  return ended;
}

}  // namespace governor::ctl
