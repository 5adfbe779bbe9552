#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/state/state_program.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

/// A database that is far away, and a schema that is made.
constexpr std::chrono::seconds kDatabasePatience{90};

void write_shared(const Context& context, const json::object& report) {
  const json::object& shared = object_field(report, "shared");
  context.out << printable(text_field(report, "database")) << ": version " << count_text(shared, "version")
              << " of the schema\n";
  Table daemons({{"DAEMON OF"}, {"ON"}, {"MEMBER"}, {"HOLDS", Align::right}, {"WAITS FOR", Align::right}});
  for (const json::value& value : array_field(shared, "daemons")) {
    const json::object& daemon = value.is_object() ? value.get_object() : report;
    const bool is_member = flag_field(daemon, "is_member");
    daemons.add_row({text_field(daemon, "who"), text_field(daemon, "host"),
                     Cell(is_member ? "yes" : "its time is over", is_member ? Tone::good : Tone::faint),
                     count_text(daemon, "held"), count_text(daemon, "waiting")});
  }
  if (!daemons.empty()) context.out << '\n' << daemons.render(context.colour);
  Table workspaces({{"WORKSPACE"}, {"LEASES", Align::right}});
  for (const json::value& value : array_field(shared, "workspaces")) {
    const json::object& workspace = value.is_object() ? value.get_object() : report;
    workspaces.add_row({text_field(workspace, "name"), count_text(workspace, "held")});
  }
  if (!workspaces.empty()) context.out << '\n' << workspaces.render(context.colour);
}

int run_shared(const Context& context, const std::string& verb, const std::string& address) {
  std::vector<std::string> arguments{"shared", verb};
  if (!address.empty()) arguments.push_back(address);
  const auto report = run_governord(context, arguments, ipc::Deadline::after(kDatabasePatience));
  if (!report) return report_failure(context, report.error());
  if (context.json) {
    context.out << ipc::plain_json(*report) << '\n';
  } else {
    write_shared(context, *report);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_shared(CLI::App& app, Action& action) {
  CLI::App* shared =
      app.add_subcommand("shared", "The database by which machines share leases, see docs/scaling.md");
  shared->require_subcommand(1);
  const auto address = std::make_shared<std::string>();
  const auto add = [&](const char* verb, const char* about) {
    CLI::App* command = shared->add_subcommand(verb, about);
    command->add_option("ADDRESS", *address,
                        "postgresql://host/name, without a password; without, that of the configuration");
    command->callback([&action, address, verb] {
      action = [address, verb = std::string(verb)](const Context& context) {
        return run_shared(context, verb, *address);
      };
    });
  };
  add("init", "Prepares the database, or brings it up to date; what is there stays");
  add("status", "Whether it answers, which daemons are members, and what they hold");
}

}  // namespace governor::ctl
