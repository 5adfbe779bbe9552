#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ipc/build_info.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kVersionPatience{2};

/// Of the daemon that runs; empty: none does, or none that answers.
std::string running_build(const Context& context) {
  const auto deadline = ipc::Deadline::after(kVersionPatience);
  auto client = connect_if_running(context, deadline);
  if (!client) return {};
  const auto health = call_method(*client, "governor/health", {}, deadline);
  return health ? text_field(*health, "build") : std::string();
}

int run_version(const Context& context) {
  const std::string own(ipc::build_id());
  const std::string running = running_build(context);
  if (context.json) {
    json::object body{{"version", ipc::version()}, {"governorctl", own}};
    body["governord"] = running.empty() ? json::value() : json::value(running);
    context.out << ipc::plain_json(body) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  context.out << "governorctl " << own << '\n'
              << (running.empty() ? "no daemon is running" : "governord   " + printable(running)) << '\n';
  if (!running.empty() && running != own)
    context.out
        << "The daemon is of another build; to put the installed one in its place: governorctl restart\n";
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_version(CLI::App& app, Action& action) {
  app.add_subcommand("version", "The version of this program and of the daemon that runs")
      ->callback([&action] { action = run_version; });
}

}  // namespace governor::ctl
