#include "ctl/metrics/daemon_metrics.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ctl/metrics/metrics_text.hpp"
#include "tests/ctl/metrics/openmetrics.hpp"
#include "tests/ctl/metrics/told_figures.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl;
using governor::ctl::test::told_figures;
using governor::test::OpenMetrics;

namespace {

OpenMetrics read_back(const DaemonFigures& figures) {
  return OpenMetrics::read(metrics_text(daemon_metrics(figures), MetricsFormat::openmetrics));
}

}  // namespace

TEST_CASE("what the daemon says of itself is OpenMetrics, in base units", "[ctl]") {
  const auto read = read_back(told_figures());
  CHECK(read.value("governor_up") == 1);
  CHECK(read.value("governor_build_info", {{"version", "0.1.0+5.abc"}}) == 1);
  CHECK(read.value("governor_health", {{"governor_health", "degraded"}}) == 1);
  CHECK(read.value("governor_health", {{"governor_health", "ok"}}) == 0);
  CHECK(read.value("governor_uptime_seconds") == 90.5);
  CHECK(read.value("governor_requests_total") == 1000);
  CHECK(read.value("governor_updates_total") == 200);
  CHECK(read.value("governor_changes_total") == 310);
  CHECK(read.value("governor_durable_changes_total") == 300);
  CHECK(read.value("governor_pending_changes") == 10);
  CHECK(read.value("governor_oldest_pending_change_seconds") == Approx(0.004));
  CHECK(read.value("governor_commit_seconds", {{"quantile", "0.99"}}) == Approx(0.03));
  CHECK(read.value("governor_request_seconds", {{"quantile", "1.0"}}) == Approx(0.25));
  CHECK(read.value("governor_stored_agents") == 17);
  CHECK(read.value("governor_agents", {{"status", "paused"}}) == 2);
  CHECK(read.value("governor_agents_health", {{"health", "critical"}}) == 3);
  CHECK(read.value("governor_agents_health", {{"health", "degraded"}}) == 0);
  CHECK(read.value("governor_waiting_calls") == 4);
  CHECK(read.value("governor_waits_total") == 12);  // of leases alone: whole requests are no waits
  CHECK(read.find("governor_waits")->samples[0].labels.at("for") == "lease");
  CHECK(read.value("governor_wait_seconds", {{"for", "lease"}, {"quantile", "0.5"}}) == Approx(0.1));
  CHECK(read.value("governor_open_alerts", {{"severity", "warning"}}) == 2);
  CHECK(read.value("governor_open_alerts", {{"severity", "critical"}}) == 1);
  CHECK(read.value("governor_open_approvals") == 1);
  CHECK(read.value("governor_leases") == 7);
  CHECK(read.value("governor_lease_waiters") == 2);
  CHECK(read.value("governor_tasks", {{"state", "pending"}}) == 5);
  CHECK(read.value("governor_ready_tasks") == 2);
  CHECK(read.value("governor_deployments", {{"state", "working"}}) == 1);
  // Sums beside the states would count everything twice.
  CHECK(read.find("governor_tasks")->samples.size() == 2);
  CHECK(read.find("governor_deployments")->samples.size() == 2);
}

TEST_CASE("names say governor, and in which unit they count", "[ctl]") {
  for (const auto& family : read_back(told_figures()).families) {
    INFO(family.name);
    CHECK(family.name.starts_with("governor_"));
    CHECK((family.name.ends_with("_seconds") == (family.unit == "seconds")));
    CHECK(family.help.ends_with('.'));
    for (const char* not_base : {"_ms", "milli", "minute", "_hours", "_days", "kilo", "percent"})
      CHECK(family.name.find(not_base) == std::string::npos);
  }
}

TEST_CASE("what the daemon did not say is missing, and without one only that is said", "[ctl]") {
  auto figures = told_figures();
  figures.alerts.reset();
  figures.status->erase("commit_p99_ms");
  const auto partly = read_back(figures);
  CHECK(partly.find("governor_open_alerts") == nullptr);
  CHECK(partly.find("governor_commit_seconds")->samples.size() == 1);
  const auto none = read_back({});
  CHECK(none.families.size() == 1);
  CHECK(none.value("governor_up") == 0);
}

TEST_CASE("labels and help keep what would end them", "[ctl]") {
  const std::string odd = "a\"b\\c\nd";
  const Metrics metrics{
      {"governor_odd", MetricFamily::Kind::gauge, "", "Said \"so\"\\\nand so.", {{{{"of", odd}}, 1.5}}}};
  const auto read = OpenMetrics::read(metrics_text(metrics, MetricsFormat::openmetrics));
  CHECK(read.families[0].help == "Said \"so\"\\\nand so.");
  CHECK(read.value("governor_odd", {{"of", odd}}) == 1.5);
}

TEST_CASE("the older format has no end, no units and no types of the newer one", "[ctl]") {
  const std::string text = metrics_text(daemon_metrics(told_figures()), MetricsFormat::prometheus);
  INFO(text);
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  CHECK(has("# TYPE governor_requests_total counter\n# HELP governor_requests_total "));
  CHECK(has("# TYPE governor_build_info gauge\n"));
  CHECK(has("# TYPE governor_health gauge\n"));
  for (const char* newer : {"# EOF", "# UNIT", "stateset", " info\n"}) {
    INFO(newer);
    CHECK_FALSE(has(newer));
  }
}

TEST_CASE("each metric is in the documentation, with its type", "[ctl]") {
  std::ifstream file(GOVERNOR_DOCS_DIR "/metrics.md");
  std::string documented{std::istreambuf_iterator<char>(file), {}};
  documented.resize(std::min(documented.find("## What is worth an alarm"), documented.size()));
  const auto read = read_back(told_figures());
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = documented.find("\n| `governor_", at)) != std::string::npos; ++at) ++rows;
  CHECK(rows == read.families.size());
  for (const auto& family : read.families) {
    const std::string row = "| `" + family.name + "` | " + family.type + " |";
    INFO(row);
    CHECK(documented.find(row) != std::string::npos);
  }
}
