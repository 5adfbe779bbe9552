#include "ctl/restart.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/stop_daemon.hpp"
#include "ipc/connector.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/paths.hpp"
#include "ipc/plain_json.hpp"
#include "ipc/spawn_daemon.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kRestartPatience{30};

ipc::Result<ipc::UniqueFd> start_again(ipc::Connector& connector, ipc::Deadline deadline) {
  for (;;) {
    auto step = connector.advance();
    if (!step) return step.error();
    if (step->connection) return std::move(step->connection);
    if (deadline.expired()) return connector.deadline_error();
    const auto pause = ipc::Deadline::at(std::min(deadline.time(), step->retry_at));
    // Both end when their time has come, which is when the connector wants to be asked again.
    if (step->wait_fd >= 0) {
      (void)ipc::wait_readable(step->wait_fd, pause);
    } else {
      (void)ipc::pause_until(pause);
    }
  }
}

// The spawn lock is taken first and kept until the new daemon answers: proxies that lose the old one
// meanwhile wait for the lock instead of starting a daemon of their own.
ipc::Result<Restarted> restart(const Context& context, ipc::Deadline deadline) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  if (auto ensured = ipc::ensure_runtime_directories(*paths); !ensured) return ensured.error();
  auto lock = ipc::FileLock::acquire(paths->spawn_lock, deadline);
  if (!lock) return lock.error();
  // A daemon that serves is not given up for one that cannot start.
  if (auto ready = ipc::check_start(*paths, context.environment, deadline); !ready) {
    ipc::Error refused = ready.error();
    refused.message += "; whatever runs was left alone";
    return refused;
  }
  Restarted result;
  const auto stopped = stop_daemon(context, "governorctl restart", deadline);
  if (!stopped && stopped.error().code != ipc::Errc::no_daemon) return stopped.error();
  if (stopped) result.before = *stopped;

  ipc::StartOptions options;
  options.environment = context.environment;
  ipc::Connector connector(*paths, std::move(options), std::move(*lock));
  auto connection = start_again(connector, deadline);
  if (!connection) return connection.error();
  ipc::Client client(std::move(*connection));
  const auto health = call_method(client, "governor/health", {}, deadline);
  if (!health) return health.error();
  result.after = static_cast<pid_t>(count_field(*health, "pid"));
  result.build = text_field(*health, "build");
  return result;
}

int run_restart(const Context& context) {
  const auto result = restart_daemon(context);
  if (!result) return report_failure(context, result.error());
  if (context.json) {
    const json::object body = {
        {"previous_pid", result->before > 0 ? json::value(result->before) : json::value()},
        {"pid", result->after},
        {"build", result->build}};
    context.out << ipc::plain_json(body) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  if (result->before > 0) {
    context.out << "pid " << result->before << " has stopped, ";
  } else {
    context.out << "no daemon was running; ";
  }
  context.out << "pid " << result->after << " serves now, build " << printable(result->build) << '\n';
  return static_cast<int>(ExitCode::done);
}

}  // namespace

ipc::Result<Restarted> restart_daemon(const Context& context) {
  return restart(context, ipc::Deadline::after(kRestartPatience));
}

void add_restart(CLI::App& app, Action& action) {
  app.add_subcommand("restart", "Replaces the running daemon; clients do not notice")->callback([&action] {
    action = run_restart;
  });
}

}  // namespace governor::ctl
