#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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
  std::vector<std::int64_t> alerts;
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

json::object acknowledgement(const AlertsRequest& request, std::int64_t alert) {
  json::object arguments{{"alert_id", alert}};
  if (!request.note.empty()) arguments["note"] = request.note;
  return arguments;
}

void write_acknowledged(const Context& context, const json::object& alert) {
  context.out << "alert " << count_field(alert, "alert_id") << " (" << printable(text_field(alert, "kind"))
              << "): " << printable(alert_state(alert)) << '\n';
}

/// Each by itself: one that is refused does not keep the others from being acknowledged.
int acknowledge_each(const Context& context, ipc::Client& client, const AlertsRequest& request,
                     const std::vector<std::int64_t>& alerts) {
  json::array acknowledged;
  json::array refused;
  for (const std::int64_t alert : alerts) {
    const auto result = call_tool(client, "acknowledge_alert", acknowledgement(request, alert),
                                  ipc::Deadline::after(kAlertsPatience));
    if (result) {
      acknowledged.emplace_back(*result);
      if (!context.json) write_acknowledged(context, *result);
      continue;
    }
    // Without a daemon the others fare no better.
    if (result.error().code != ipc::Errc::remote_error) return report_failure(context, result.error());
    refused.emplace_back(json::object{{"alert_id", alert}, {"message", result.error().message}});
    if (!context.json)
      context.err << "governorctl: alert " << alert << ": " << printable(result.error().message) << '\n';
  }
  const bool all_done = refused.empty();
  if (context.json) {
    const json::object body{{"acknowledged", std::move(acknowledged)}, {"refused", std::move(refused)}};
    context.out << ipc::plain_json(body) << '\n';
  } else if (alerts.empty()) {
    context.out << "no alerts\n";
  }
  return static_cast<int>(all_done ? ExitCode::done : ExitCode::failed);
}

int run_acknowledge(const Context& context, const AlertsRequest& request) {
  if (request.all == !request.alerts.empty()) {
    context.err
        << "governorctl: say which alerts: their numbers, as `governorctl alerts` has them, or --all\n";
    return static_cast<int>(ExitCode::bad_usage);
  }
  if (request.alerts.size() == 1) {
    ToolCommand command{"acknowledge_alert", acknowledgement(request, request.alerts.front())};
    return run_tool(context, std::move(command),
                    [&](const json::object& alert) { write_acknowledged(context, alert); });
  }
  const auto deadline = ipc::Deadline::after(kAlertsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  std::vector<std::int64_t> alerts = request.alerts;
  if (request.all) {
    // Also those whose cause has ended meanwhile: nobody has seen them yet.
    const auto open =
        fetch_rows(*client, {"list_alerts", "alerts"}, {{"include_resolved", true}}, 0, deadline);
    if (!open) return report_failure(context, open.error());
    for (const json::value& alert : open->rows)
      if (alert.is_object()) alerts.push_back(count_field(alert.get_object(), "alert_id"));
    std::reverse(alerts.begin(), alerts.end());
  }
  return acknowledge_each(context, *client, request, alerts);
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
  CLI::App* acknowledge = command->add_subcommand("ack", "Marks alerts as seen");
  const auto seen = std::make_shared<AlertsRequest>();
  CLI::Option* numbers = acknowledge->add_option("ALERT", seen->alerts, "Their numbers")
                             ->expected(0, 1000)
                             ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
  acknowledge->add_flag("--all", seen->all, "All that nobody has seen yet")->excludes(numbers);
  acknowledge->add_option("--note", seen->note, "What was found or done");
  const auto show = [request](const Context& context) { return run_list_alerts(context, *request); };
  list->callback([&action, show] { action = show; });
  acknowledge->callback([&action, seen] {
    action = [seen](const Context& context) { return run_acknowledge(context, *seen); };
  });
  command->callback([&action, show] {
    if (!action) action = show;
  });
}

}  // namespace governor::ctl
