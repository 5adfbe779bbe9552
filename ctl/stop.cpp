#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/stop_daemon.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

// The daemon promises to answer what it has read within 5 s.
constexpr std::chrono::seconds kStopPatience{10};

int run_stop(const Context& context) {
  const auto pid = stop_daemon(context, "governorctl stop", ipc::Deadline::after(kStopPatience));
  if (!pid) return report_failure(context, pid.error());
  if (context.json) {
    context.out << ipc::plain_json(boost::json::object{{"stopped", true}, {"pid", *pid}}) << '\n';
  } else {
    context.out << "the daemon (pid " << *pid << ") has stopped; the next client starts it again\n";
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_stop(CLI::App& app, Action& action) {
  app.add_subcommand("stop", "Ends the daemon and waits until it has gone")->callback([&action] {
    action = run_stop;
  });
}

}  // namespace governor::ctl
