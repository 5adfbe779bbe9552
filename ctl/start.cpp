#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

// A damaged database is checked and restored before a daemon is ready; this is how long a person waits.
constexpr std::chrono::seconds kStartedPatience{60};

int run_start(const Context& context) {
  const auto deadline = ipc::Deadline::after(kStartedPatience);
  auto running = connect_if_running(context, deadline);
  const bool was_running = running.has_value();
  if (!running) running = connect_to_daemon(context, deadline, kStartedPatience);
  if (!running) return report_failure(context, running.error());
  const auto health = call_method(*running, "governor/health", {}, deadline);
  if (!health) return report_failure(context, health.error());
  const std::int64_t pid = count_field(*health, "pid");
  const std::string build = text_field(*health, "build");
  if (context.json) {
    context.out << ipc::plain_json(json::object{{"started", !was_running}, {"pid", pid}, {"build", build}})
                << '\n';
  } else {
    context.out << "pid " << pid << (was_running ? " was serving already" : " serves now") << ", build "
                << printable(build) << '\n';
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_start(CLI::App& app, Action& action) {
  app.add_subcommand("start", "Starts the daemon, if none runs")->callback([&action] { action = run_start; });
}

}  // namespace governor::ctl
