#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/config/edit.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/health_tone.hpp"
#include "ctl/install/entry_text.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/restart.hpp"
#include "ctl/state/state_program.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ipc/plain_json.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

/// A database that is far away, and a schema that is made.
constexpr std::chrono::seconds kDatabasePatience{90};
constexpr std::chrono::seconds kDaemonPatience{2};

Table task_lists_table(const json::array& rows) {
  Table table({{"TASK LIST"},
               {"READY", Align::right},
               {"PENDING", Align::right},
               {"IN PROGRESS", Align::right},
               {"BLOCKED", Align::right},
               {"DONE", Align::right},
               {"FAILED", Align::right},
               {"CANCELLED", Align::right}});
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& list = value.get_object();
    table.add_row({text_field(list, "name"), count_text(list, "ready"), count_text(list, "pending"),
                   count_text(list, "in_progress"), count_text(list, "blocked"), count_text(list, "done"),
                   count_text(list, "failed"), count_text(list, "cancelled")});
  }
  return table;
}

void write_shared(const Context& context, const json::object& report) {
  const json::object& shared = object_field(report, "shared");
  context.out << printable(text_field(report, "database")) << ": version " << count_text(shared, "version")
              << " of the schema\n";
  if (shared.if_contains("is_current") != nullptr && !flag_field(shared, "is_current")) {
    context.out
        << "It was prepared by an older governor, and what is new is missing there. As the owner of the "
           "database run this; daemons may go on meanwhile:\n  governorctl shared init "
        << text::shell_word(printable(text_field(report, "database"))) << '\n';
  }
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
  const Table lists = task_lists_table(array_field(shared, "task_lists"));
  if (!lists.empty()) context.out << '\n' << lists.render(context.colour);
}

/// Of a daemon that is no member any more it is not known how things are now.
Cell machine_cell(const json::object& row) {
  const bool is_member = flag_field(row, "is_member");
  return {text_field(row, "host") + (is_member ? "" : " (silent)"), is_member ? Tone::plain : Tone::faint};
}

Table agents_table(const Context& context, const json::array& rows) {
  Table table({{"AGENT"},
               {"HEALTH"},
               {"RISK", Align::right},
               {"DECISION"},
               {"UPDATES", Align::right},
               {"LAST UPDATE"},
               {"OF"},
               {"ON"}});
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& agent = value.get_object();
    const std::string health = text_field(agent, "health");
    const std::string decision = text_field(agent, "decision");
    table.add_row({text_field(agent, "agent_id"), Cell(health, health_tone(health)),
                   decimal(number_field(agent, "risk_score"), 3), Cell(decision, health_tone(decision)),
                   count_text(agent, "updates"), relative_text(context, text_field(agent, "last_update")),
                   text_field(agent, "who"), machine_cell(agent)});
  }
  return table;
}

Table alerts_table(const Context& context, const json::array& rows) {
  Table table({{"SEVERITY"}, {"KIND"}, {"RAISED"}, {"AGENT"}, {"OF"}, {"ON"}, {"MESSAGE"}});
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& alert = value.get_object();
    const std::string severity = text_field(alert, "severity");
    table.add_row({Cell(severity, severity == "critical" ? Tone::bad : Tone::warning),
                   text_field(alert, "kind"), relative_text(context, text_field(alert, "raised")),
                   text_field(alert, "agent_id"), text_field(alert, "who"), machine_cell(alert),
                   text_field(alert, "message")});
  }
  return table;
}

Table approvals_table(const Context& context, const json::array& rows) {
  Table table({{"REQUEST", Align::right},
               {"KIND"},
               {"SINCE"},
               {"UNTIL"},
               {"AGENT"},
               {"OF"},
               {"ON"},
               {"ASKS"},
               {"WHY"}});
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& approval = value.get_object();
    table.add_row({count_text(approval, "approval"), text_field(approval, "kind"),
                   relative_text(context, text_field(approval, "created")),
                   relative_text(context, text_field(approval, "expires")), text_field(approval, "agent_id"),
                   text_field(approval, "who"), machine_cell(approval), text_field(approval, "asks"),
                   text_field(approval, "why")});
  }
  return table;
}

std::string names_in(const json::array& names) {
  std::string text;
  for (const json::value& name : names) {
    if (name.is_string()) text += (text.empty() ? "" : " ") + std::string(name.get_string());
  }
  return text;
}

Table leases_table(const Context& context, const json::array& rows) {
  Table table({{"LEASE", Align::right},
               {"HELD"},
               {"MODE"},
               {"AGENT"},
               {"CLIENT"},
               {"SINCE"},
               {"UNTIL"},
               {"OF"},
               {"ON"},
               {"WORKSPACE"},
               {"PATHS"}});
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& lease = value.get_object();
    table.add_row({count_text(lease, "lease"), flag_field(lease, "is_held") ? "yes" : "waits",
                   text_field(lease, "mode"), text_field(lease, "agent_id"), text_field(lease, "client"),
                   relative_text(context, text_field(lease, "since")),
                   relative_text(context, text_field(lease, "until")), text_field(lease, "who"),
                   machine_cell(lease), text_field(lease, "workspace"),
                   names_in(array_field(lease, "paths"))});
  }
  return table;
}

Table fleet_table(const Context& context, const std::string& verb, const json::array& rows) {
  if (verb == "agents") return agents_table(context, rows);
  if (verb == "alerts") return alerts_table(context, rows);
  return verb == "approvals" ? approvals_table(context, rows) : leases_table(context, rows);
}

struct FleetQuestion {
  std::string address;
  std::string host;
  std::int64_t rows = 100;
};

int run_fleet(const Context& context, const std::string& verb, const FleetQuestion& question) {
  const auto report =
      run_governord(context, {"shared", verb, question.address, question.host, std::to_string(question.rows)},
                    ipc::Deadline::after(kDatabasePatience));
  if (!report) return report_failure(context, report.error());
  if (context.json) {
    context.out << ipc::plain_json(*report) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  const json::array& rows = array_field(*report, verb);
  const Table table = fleet_table(context, verb, rows);
  context.out << (table.empty() ? "no " + verb + "\n" : table.render(context.colour));
  const std::int64_t total = count_field(*report, "total");
  if (total > static_cast<std::int64_t>(rows.size()))
    context.out << "and " << total - static_cast<std::int64_t>(rows.size())
                << " more; --rows shows more of them\n";
  return static_cast<int>(ExitCode::done);
}

struct Joining {
  std::string address;
  std::vector<std::string> workspaces;
  std::vector<std::string> task_lists;
  bool all = false;
  bool fleet = false;
  bool orders = false;
  bool restart = true;
};

json::object settings_of(const Joining& joining) {
  json::object shared{{"database", joining.address}};
  if (joining.all) {
    shared["workspaces"] = "all";
  } else if (!joining.workspaces.empty()) {
    json::array& places = shared["workspaces"].emplace_array();
    for (const std::string& place : joining.workspaces)
      places.emplace_back(std::filesystem::weakly_canonical(place).string());
  }
  if (!joining.task_lists.empty()) shared["task_lists"] = json::value_from(joining.task_lists);
  if (joining.fleet) shared["fleet"] = true;
  if (joining.orders) shared["orders"] = true;
  return shared;
}

/// After the configuration has been changed. What the daemon that runs does not know yet is said.
int finish_change(const Context& context, bool changed, bool restarts, const char* what) {
  const bool runs = connect_if_running(context, ipc::Deadline::after(kDaemonPatience)).has_value();
  if (changed && restarts && runs) {
    if (const auto restarted = restart_daemon(context); !restarted)
      return report_failure(context, restarted.error());
  }
  if (context.json) {
    context.out << ipc::plain_json(
                       json::object{{"changed", changed}, {"restarted", changed && restarts && runs}})
                << '\n';
    return static_cast<int>(ExitCode::done);
  }
  context.out << (changed ? what : "Nothing is to be changed.") << '\n';
  if (changed && !restarts && runs)
    context.out << "The daemon that runs reads it when it starts: governorctl restart\n";
  return static_cast<int>(ExitCode::done);
}

/// Nothing is changed unless the database answers, is prepared, and lets this user in.
int run_join(const Context& context, const Joining& joining) {
  const bool shares = joining.all || joining.fleet || joining.orders || !joining.workspaces.empty() ||
                      !joining.task_lists.empty();
  if (!shares) {
    return report_failure(
        context,
        ipc::Error{ipc::Errc::invalid_path, 0,
                   "nothing is to be shared: give --all, --workspace, --task-list, --fleet or --orders"});
  }
  const auto status =
      run_governord(context, {"shared", "status", joining.address}, ipc::Deadline::after(kDatabasePatience));
  if (!status) return report_failure(context, status.error());
  const auto changed = change_config(context, [&](const std::string& text) {
    return with_json_entry(text, {{"shared"}, settings_of(joining)}, true);
  });
  if (!changed) return report_failure(context, changed.error());
  return finish_change(context, *changed, joining.restart,
                       "Joined; governorctl shared status shows who is there.");
}

/// The address that the configuration names.
ipc::Result<std::string> configured_address(const Context& context) {
  const auto status = run_governord(context, {"shared", "status"}, ipc::Deadline::after(kDatabasePatience));
  if (!status) return status.error();
  return text_field(*status, "database");
}

int run_leave(const Context& context, bool restarts) {
  const auto address = configured_address(context);
  if (!address) return report_failure(context, address.error());
  const auto changed =
      change_config(context, [](const std::string& text) { return without_json_entry(text, {"shared"}); });
  if (!changed) return report_failure(context, changed.error());
  const int code = finish_change(context, *changed, restarts, "Left; nothing is shared any more.");
  if (code != static_cast<int>(ExitCode::done) || !restarts) return code;
  const auto left =
      run_governord(context, {"shared", "leave", *address}, ipc::Deadline::after(kDatabasePatience));
  return left ? code : report_failure(context, left.error());
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
  add("status",
      "Whether it answers and is up to date, which daemons are members, what they hold, and lists of tasks");
  const auto joining = std::make_shared<Joining>();
  CLI::App* join =
      shared->add_subcommand("join", "Writes into the configuration what is shared, and restarts the daemon");
  join->add_option("ADDRESS", joining->address, "postgresql://host/name, without a password")->required();
  join->add_option("--workspace", joining->workspaces,
                   "A repository whose leases are shared; may be given again");
  join->add_flag("--all", joining->all, "The leases of all repositories");
  join->add_option("--task-list", joining->task_lists, "A list of tasks that is shared; may be given again");
  join->add_flag("--fleet", joining->fleet,
                 "Tells the others of this machine's agents, open alerts, and what waits for a person");
  join->add_flag("--orders", joining->orders, "Does what its user, and operators, order from other machines");
  join->add_flag("!--no-restart", joining->restart, "The daemon that runs takes it up when it starts again");
  join->callback([&action, joining] {
    action = [joining](const Context& context) { return run_join(context, *joining); };
  });
  const auto restarts = std::make_shared<bool>(true);
  CLI::App* leave = shared->add_subcommand("leave", "Takes it out again, and ends what this machine holds");
  leave->add_flag("!--no-restart", *restarts,
                  "The daemon goes on until it starts again, and holds what it has");
  leave->callback([&action, restarts] {
    action = [restarts](const Context& context) { return run_leave(context, *restarts); };
  });
  const auto question = std::make_shared<FleetQuestion>();
  const auto add_fleet = [&](const char* verb, const char* about) {
    CLI::App* command = shared->add_subcommand(verb, about);
    command->add_option("--host", question->host, "Of this machine only");
    command->add_option("--rows", question->rows, "How many at most")->check(CLI::Range(1, 100'000));
    command->add_option("--database", question->address,
                        "postgresql://host/name; without, that of the configuration");
    command->callback([&action, question, verb] {
      action = [question, verb = std::string(verb)](const Context& context) {
        return run_fleet(context, verb, *question);
      };
    });
  };
  add_fleet("agents", "The agents of all machines that tell of them, those in trouble first");
  add_fleet("alerts", "The open alerts of all machines that tell of them");
  add_fleet("approvals", "What waits for a person on any machine that tells of it");
  add_fleet("leases", "Who may write what in shared workspaces, and who waits for it");
}

}  // namespace governor::ctl
