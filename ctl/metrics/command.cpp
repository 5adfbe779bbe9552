#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/metrics/daemon_metrics.hpp"
#include "ctl/metrics/metrics_text.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kMetricsPatience{5};
constexpr int kCountedRows = 200;

/// What one call does not tell is missing, and no reason to be without the others.
std::optional<json::object> told(ipc::Result<json::object> answer) {
  if (!answer) return std::nullopt;
  return *std::move(answer);
}

ipc::Result<DaemonFigures> ask_for_figures(const Context& context) {
  const auto deadline = ipc::Deadline::after(kMetricsPatience);
  DaemonFigures figures;
  auto client = connect_if_running(context, deadline);
  if (!client) {
    if (client.error().code == ipc::Errc::no_daemon) return figures;
    return client.error();
  }
  auto status = call_method(*client, "governor/status", {}, deadline);
  if (!status) return status.error();
  figures.status = *std::move(status);
  const auto ask = [&](std::string_view tool, json::object arguments) {
    return told(call_tool(*client, tool, std::move(arguments), deadline));
  };
  figures.agents = ask("list_agents", {{"summary_only", true}});
  figures.concurrency = ask("diagnose_concurrency", {});
  figures.alerts = ask("list_alerts", {{"limit", kCountedRows}});
  figures.approvals = ask("list_approvals", {{"status", "open"}, {"limit", kCountedRows}});
  figures.leases = ask("list_leases", {{"limit", kCountedRows}});
  figures.tasks = ask("list_tasks", {{"limit", 1}});
  figures.deployments = ask("list_deployments", {{"limit", 1}});
  return figures;
}

int run_metrics(const Context& context, const std::string& format) {
  const auto figures = ask_for_figures(context);
  if (!figures) return report_failure(context, figures.error(), "try: governorctl health");
  const Metrics metrics = daemon_metrics(*figures);
  if (context.json) {
    context.out << ipc::plain_json(json::object{{"metrics", metrics_json(metrics)}}) << '\n';
  } else {
    context.out << metrics_text(
        metrics, format == "prometheus" ? MetricsFormat::prometheus : MetricsFormat::openmetrics);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_metrics(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("metrics", "Figures of the daemon for a monitoring system, as OpenMetrics text");
  const auto format = std::make_shared<std::string>("openmetrics");
  command
      ->add_option("--format", *format,
                   "openmetrics, or prometheus for what reads only the older text format")
      ->check(CLI::IsMember({"openmetrics", "prometheus"}));
  command->footer("Starts no daemon: without one it says that governor_up is 0.");
  command->callback([&action, format] {
    action = [format](const Context& context) { return run_metrics(context, *format); };
  });
}

}  // namespace governor::ctl
