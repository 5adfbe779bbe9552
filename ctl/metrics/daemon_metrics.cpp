#include "ctl/metrics/daemon_metrics.hpp"

#include <cmath>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "ctl/json_fields.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;
using Kind = MetricFamily::Kind;

constexpr double kMillisecond = 0.001;

/// Adds families one by one; what the daemon did not say is left out.
class MetricsMaker {
 public:
  void add(Kind kind, std::string name, std::string unit, std::string help,
           std::vector<MetricSample> samples) {
    std::erase_if(samples, [](const MetricSample& sample) { return std::isnan(sample.value); });
    metrics_.push_back({std::move(name), kind, std::move(unit), std::move(help), std::move(samples)});
  }
  void gauge(std::string name, std::string help, double value) {
    add(Kind::gauge, std::move(name), "", std::move(help), {{{}, value}});
  }
  void counter(std::string name, std::string help, double value) {
    add(Kind::counter, std::move(name), "", std::move(help), {{{}, value}});
  }
  void seconds(std::string name, std::string help, double value) {
    add(Kind::gauge, std::move(name), "seconds", std::move(help), {{{}, value}});
  }
  /// A number for each member of an object, and 0 for those of `always` that it has not.
  void gauge_for_each(std::string name, std::string help, const char* label, const json::object& counts,
                      std::initializer_list<const char*> always = {}) {
    std::vector<MetricSample> samples;
    for (const auto& item : counts)
      samples.push_back({{{label, item.key()}}, number_field(counts, item.key())});
    for (const char* member : always)
      if (!counts.contains(member)) samples.push_back({{{label, member}}, 0});
    add(Kind::gauge, std::move(name), "", std::move(help), std::move(samples));
  }
  Metrics take() { return std::move(metrics_); }

 private:
  Metrics metrics_;
};

MetricSample quantile(const char* share, double milliseconds) {
  return {{{"quantile", share}}, milliseconds * kMillisecond};
}

void add_health(MetricsMaker& make, const json::object& status) {
  make.add(Kind::info, "governor_build", "", "The running daemon.",
           {{{{"version", text_field(status, "build")}}, 1}});
  const std::string health = text_field(status, "status");
  std::vector<MetricSample> states;
  for (const char* state : {"ok", "degraded", "failing"})
    states.push_back({{{"governor_health", state}}, health == state ? 1.0 : 0.0});
  make.add(Kind::state_set, "governor_health", "",
           "How the daemon is: degraded works with a reason to look at it, failing refuses changes.",
           std::move(states));
  make.seconds("governor_uptime_seconds", "How long the daemon has run.",
               number_field(status, "uptime_seconds"));
}

void add_work(MetricsMaker& make, const json::object& status) {
  make.gauge("governor_sessions", "Connections to the daemon.", number_field(status, "sessions"));
  make.gauge("governor_subscriptions", "Subscriptions to resources by connected clients.",
             number_field(status, "subscriptions"));
  make.counter("governor_requests", "Requests since the start of the daemon.",
               number_field(status, "requests"));
  make.counter("governor_updates", "Updates of agents since the start of the daemon.",
               number_field(status, "updates"));
  make.counter("governor_changes", "Changes of the state since the start of the daemon.",
               number_field(status, "sequence"));
  make.counter("governor_durable_changes", "Changes that are on the disk, since the start of the daemon.",
               number_field(status, "watermark"));
  make.gauge("governor_pending_changes", "Changes that wait for the disk.", number_field(status, "pending"));
  make.seconds("governor_oldest_pending_change_seconds", "How long the first of them has waited.",
               number_field(status, "oldest_pending_ms") * kMillisecond);
  make.add(Kind::summary, "governor_commit_seconds", "seconds", "From a change until it is on the disk.",
           {quantile("0.5", number_field(status, "commit_p50_ms")),
            quantile("0.99", number_field(status, "commit_p99_ms"))});
  const json::object& latency = object_field(status, "latency");
  make.add(
      Kind::summary, "governor_request_seconds", "seconds", "From a request to its answer.",
      {quantile("0.5", number_field(latency, "p50_ms")), quantile("0.99", number_field(latency, "p99_ms")),
       quantile("1.0", number_field(latency, "max_ms"))});
  const json::object& agents = object_field(status, "agents");
  make.gauge("governor_stored_agents", "Agents that the daemon knows.", number_field(agents, "stored"));
  make.gauge("governor_loaded_agents", "Agents that are in memory.", number_field(agents, "loaded"));
}

void add_waits(MetricsMaker& make, const json::object& concurrency) {
  const json::object& queues = object_field(concurrency, "queues");
  make.gauge("governor_waiting_calls", "Calls that wait for something.", number_field(queues, "calls"));
  make.gauge("governor_store_jobs", "Jobs that wait for the thread of the store.",
             number_field(queues, "store_jobs"));
  make.gauge("governor_conflicts_last_hour", "Conflicts between agents in the last hour.",
             number_field(concurrency, "conflicts_last_hour"));
  std::vector<MetricSample> counts;
  std::vector<MetricSample> shares;
  for (const auto& item : object_field(concurrency, "waits")) {
    const std::string what(item.key());
    if (!item.value().is_object() || what == "whole_request") continue;  // which is governor_request_seconds
    const json::object& wait = item.value().get_object();
    counts.push_back({{{"for", what}}, number_field(wait, "count")});
    for (const auto& [share, field] :
         {std::pair("0.5", "p50_ms"), std::pair("0.99", "p99_ms"), std::pair("1.0", "max_ms")})
      shares.push_back({{{"for", what}, {"quantile", share}}, number_field(wait, field) * kMillisecond});
  }
  make.add(Kind::counter, "governor_waits", "",
           "Waits of calls since the start of the daemon, by what they were for.", std::move(counts));
  make.add(Kind::summary, "governor_wait_seconds", "seconds", "How long calls waited, by what for.",
           std::move(shares));
}

void add_alerts_by_severity(MetricsMaker& make, const json::object& alerts) {
  std::map<std::string, double> counts{{"critical", 0}, {"warning", 0}};
  for (const json::value& alert : array_field(alerts, "alerts"))
    if (alert.is_object()) ++counts[text_field(alert.get_object(), "severity")];
  std::vector<MetricSample> samples;
  samples.reserve(counts.size());
  for (const auto& [severity, count] : counts) samples.push_back({{{"severity", severity}}, count});
  make.add(Kind::gauge, "governor_open_alerts", "",
           "Open alerts that nobody has acknowledged, of the newest 200.", std::move(samples));
}

/// Counts of states, without the sums that stand beside them.
json::object states_of(const json::object& answer, std::initializer_list<std::string_view> sums) {
  json::object counts = object_field(answer, "counts");
  for (const std::string_view sum : sums) counts.erase(sum);
  return counts;
}

}  // namespace

Metrics daemon_metrics(const DaemonFigures& figures) {
  MetricsMaker make;
  make.gauge("governor_up", "Whether a daemon answers.", figures.status ? 1 : 0);
  if (figures.status) {
    add_health(make, *figures.status);
    add_work(make, *figures.status);
  }
  if (figures.agents) {
    make.gauge_for_each("governor_agents", "Agents by what they are allowed to do.", "status",
                        object_field(*figures.agents, "by_status"), {"active", "paused", "archived"});
    make.gauge_for_each("governor_agents_health", "Agents by how they are.", "health",
                        object_field(*figures.agents, "by_health"),
                        {"unknown", "healthy", "degraded", "critical"});
  }
  if (figures.concurrency) add_waits(make, *figures.concurrency);
  if (figures.alerts) add_alerts_by_severity(make, *figures.alerts);
  if (figures.approvals) {
    make.gauge("governor_open_approvals", "Requests that wait for a person's word, of the newest 200.",
               static_cast<double>(array_field(*figures.approvals, "approvals").size()));
  }
  if (figures.leases) {
    make.gauge("governor_leases", "Leases that are held, of the first 200.",
               number_field(*figures.leases, "count"));
    make.gauge("governor_lease_waiters", "Calls that wait for a lease.",
               static_cast<double>(array_field(*figures.leases, "waiting").size()));
  }
  if (figures.tasks) {
    make.gauge_for_each("governor_tasks", "Tasks by state.", "state",
                        states_of(*figures.tasks, {"total", "ready"}));
    make.gauge("governor_ready_tasks", "Tasks that wait for nothing but an agent.",
               number_field(object_field(*figures.tasks, "counts"), "ready"));
  }
  if (figures.deployments) {
    make.gauge_for_each("governor_deployments", "Headless agents by state.", "state",
                        states_of(*figures.deployments, {"not_over"}));
  }
  return make.take();
}

}  // namespace governor::ctl
