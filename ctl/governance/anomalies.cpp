#include <CLI/CLI.hpp>
#include <chrono>
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
#include "ctl/progress.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::minutes kAnomaliesPatience{1};

struct AnomaliesRequest {
  std::vector<std::string> agents;
  std::string severity = "medium";
  bool exit_code = false;
};

void write_anomalies(const Context& context, const json::array& anomalies, std::int64_t checked) {
  Table table({{"AGENT"}, {"SEVERITY"}, {"KIND"}, {"CHANGE", Align::right}, {"WHAT"}});
  for (const json::value& entry : anomalies) {
    if (!entry.is_object()) continue;
    const json::object& anomaly = entry.get_object();
    const std::string severity = text_field(anomaly, "severity");
    table.add_row({text_field(anomaly, "agent_id"),
                   Cell(severity, severity == "high" ? Tone::bad : Tone::warning),
                   text_field(anomaly, "kind"), decimal(number_field(anomaly, "change"), 3),
                   text_field(anomaly, "message")});
  }
  if (!table.empty()) context.out << table.render(context.colour) << '\n';
  context.out << grouped(checked) << (checked == 1 ? " agent" : " agents") << " looked at"
              << (table.empty() ? "; none of them changed suddenly" : "") << '\n';
}

int run_anomalies(const Context& context, const AnomaliesRequest& request) {
  const auto deadline = ipc::Deadline::after(kAnomaliesPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments{{"min_severity", request.severity}};
  if (!request.agents.empty())
    arguments["agent_ids"] = json::array(request.agents.begin(), request.agents.end());
  json::array anomalies;
  std::int64_t checked = 0;
  const auto more = [&] {
    const Progress progress(context.err, context.err_on_terminal, "looking at agents");
    return fetch_pages(*client, {"detect_anomalies", "anomalies"}, std::move(arguments), 0, deadline,
                       [&](const json::object& page, const json::array& rows) {
                         anomalies.insert(anomalies.end(), rows.begin(), rows.end());
                         checked += std::max<std::int64_t>(count_field(page, "checked"), 0);
                       });
  }();
  if (!more) return report_failure(context, more.error());
  const bool is_found = request.exit_code && !anomalies.empty();
  if (context.json) {
    const json::object body{
        {"checked", checked}, {"count", anomalies.size()}, {"anomalies", std::move(anomalies)}};
    context.out << ipc::plain_json(body) << '\n';
  } else {
    write_anomalies(context, anomalies, checked);
  }
  return static_cast<int>(is_found ? ExitCode::found : ExitCode::done);
}

}  // namespace

void add_anomalies(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("anomalies", "Agents whose risk rose or whose coherence fell suddenly");
  const auto request = std::make_shared<AnomaliesRequest>();
  command->add_option("ID", request->agents, "Only these agents; default: all")->expected(0, 50);
  command->add_option("--severity", request->severity, "Only such ones and worse")
      ->check(CLI::IsMember({"medium", "high"}))
      ->capture_default_str();
  command->add_flag("--exit-code", request->exit_code, "Exit with 4 if there are any");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_anomalies(context, *request); };
  });
}

}  // namespace governor::ctl
