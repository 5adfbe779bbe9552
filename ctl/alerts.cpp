#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kAlertsPatience{30};

struct AlertsRequest {
  bool acknowledged = false;
  bool resolved = false;
  bool all = false;
  std::int64_t rows = 100;
  bool exit_code = false;
  std::int64_t alert = 0;
  std::string note;
};

std::string alert_state(const json::object& alert) {
  std::string state = alert.contains("resolved") ? "resolved" : "open";
  if (alert.contains("acknowledged")) {
    state += ", seen by " + text_field(object_field(alert, "acknowledged"), "by");
  }
  return state;
}

void write_alerts(const Context& context, const json::array& alerts) {
  Table table({{"ID", Align::right}, {"SEVERITY"}, {"KIND"}, {"RAISED"}, {"STATE"}, {"AGENT"}, {"MESSAGE"}});
  for (const json::value& entry : alerts) {
    if (!entry.is_object()) continue;
    const json::object& alert = entry.get_object();
    const std::string severity = text_field(alert, "severity");
    table.add_row({std::to_string(count_field(alert, "alert_id")),
                   Cell(severity, severity == "critical" ? Tone::bad : Tone::warning),
                   text_field(alert, "kind"), relative_text(context, text_field(alert, "raised")),
                   alert_state(alert), text_field(alert, "agent_id"), text_field(alert, "message")});
  }
  context.out << (table.empty() ? "no alerts\n" : table.render(context.colour));
}

int run_list_alerts(const Context& context, const AlertsRequest& request) {
  const auto deadline = ipc::Deadline::after(kAlertsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments = {{"include_acknowledged", request.acknowledged || request.all},
                            {"include_resolved", request.resolved || request.all}};
  const auto alerts =
      fetch_rows(*client, {"list_alerts", "alerts"}, std::move(arguments), request.rows, deadline);
  if (!alerts) return report_failure(context, alerts.error());
  if (context.json) {
    context.out << ipc::plain_json(rows_json("alerts", *alerts)) << '\n';
  } else {
    write_alerts(context, alerts->rows);
    say_if_cut(context, *alerts);
  }
  return static_cast<int>(request.exit_code && !alerts->rows.empty() ? ExitCode::found : ExitCode::done);
}

int run_acknowledge(const Context& context, const AlertsRequest& request) {
  json::object arguments = {{"alert_id", request.alert}};
  if (!request.note.empty()) arguments["note"] = request.note;
  return run_tool(context, {"acknowledge_alert", std::move(arguments)}, [&](const json::object& alert) {
    context.out << "alert " << count_field(alert, "alert_id") << " (" << printable(text_field(alert, "kind"))
                << "): " << printable(alert_state(alert)) << '\n';
  });
}

}  // namespace

void add_alerts(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("alerts", "What needs a person's attention")->require_subcommand(0, 1);
  const auto request = std::make_shared<AlertsRequest>();
  command->add_flag("--acknowledged", request->acknowledged, "Also those already acknowledged");
  command->add_flag("--resolved", request->resolved, "Also those whose cause has ended");
  command->add_flag("--all", request->all, "Both");
  command->add_option("--rows", request->rows, "Maximum number, newest first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31))
      ->capture_default_str();
  command->add_flag("--exit-code", request->exit_code, "Exit with 4 if there are any");
  CLI::App* list = command->add_subcommand("list", "Shows them, as does `alerts` alone");
  CLI::App* acknowledge = command->add_subcommand("ack", "Marks an alert as seen");
  acknowledge->add_option("ALERT", request->alert, "Its number")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
  acknowledge->add_option("--note", request->note, "What was found or done");
  const auto show = [request](const Context& context) { return run_list_alerts(context, *request); };
  list->callback([&action, show] { action = show; });
  acknowledge->callback([&action, request] {
    action = [request](const Context& context) { return run_acknowledge(context, *request); };
  });
  command->callback([&action, show] {
    if (!action) action = show;
  });
}

}  // namespace governor::ctl
