#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/deployments/deployment_text.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/stop_daemon.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

// The daemon promises to answer what it has read within 5 s.
constexpr std::chrono::seconds kStopPatience{10};

/// TERM and KILL are ten seconds apart.
constexpr std::chrono::seconds kStopDeploymentPatience{45};

int stop_deployment(const Context& context, const std::string& id, const std::string& reason) {
  boost::json::object arguments{{"deployment_id", id}};
  if (!reason.empty()) arguments["reason"] = reason;
  return run_tool(context,
                  {"stop_deployment", std::move(arguments), kStopDeploymentPatience, "stopping " + id},
                  [&](const boost::json::object& result) {
                    write_deployment(context, object_field(result, "deployment"));
                  });
}

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
  CLI::App* command = app.add_subcommand(
      "stop", "Ends the daemon and waits until it has gone; with an ID, ends that headless agent");
  const auto id = std::make_shared<std::string>();
  const auto reason = std::make_shared<std::string>();
  auto* deployment = command->add_option(
      "ID", *id, "A deployment, as `governorctl deployments` names it: it and all that it has started");
  command->add_option("--reason", *reason, "Why, for whoever looks at it later")->needs(deployment);
  command->callback([&action, id, reason] {
    action = [id, reason](const Context& context) {
      return id->empty() ? run_stop(context) : stop_deployment(context, *id, *reason);
    };
  });
}

}  // namespace governor::ctl
