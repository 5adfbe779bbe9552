#pragma once

#include "ctl/metrics/daemon_metrics.hpp"

namespace governor::ctl::test {

/// What a daemon says of itself where there is something of everything.
inline DaemonFigures told_figures() {
  namespace json = boost::json;
  DaemonFigures figures;
  figures.status = json::object{{"status", "degraded"},
                                {"build", "0.1.0+5.abc"},
                                {"uptime_seconds", 90.5},
                                {"sessions", 3},
                                {"subscriptions", 2},
                                {"requests", 1000},
                                {"updates", 200},
                                {"sequence", 310},
                                {"watermark", 300},
                                {"pending", 10},
                                {"oldest_pending_ms", 4.0},
                                {"commit_p50_ms", 2.0},
                                {"commit_p99_ms", 30.0},
                                {"latency", {{"p50_ms", 1.0}, {"p99_ms", 8.0}, {"max_ms", 250.0}}},
                                {"agents", {{"stored", 17}, {"loaded", 5}}}};
  figures.agents = json::object{{"by_status", {{"active", 15}, {"paused", 2}}},
                                {"by_health", {{"healthy", 14}, {"critical", 3}}}};
  figures.concurrency =
      json::object{{"queues", {{"calls", 4}, {"store_jobs", 1}}},
                   {"conflicts_last_hour", 6},
                   {"waits",
                    {{"whole_request", {{"count", 99}, {"p50_ms", 1.0}}},
                     {"lease", {{"count", 12}, {"p50_ms", 100.0}, {"p99_ms", 900.0}, {"max_ms", 2000.0}}}}}};
  figures.alerts =
      json::object{{"alerts",
                    {json::object{{"severity", "critical"}}, json::object{{"severity", "warning"}},
                     json::object{{"severity", "warning"}}}}};
  figures.approvals = json::object{{"approvals", json::array{json::object()}}};
  figures.leases = json::object{{"count", 7}, {"waiting", json::array{json::object(), json::object()}}};
  figures.tasks = json::object{{"counts", {{"total", 9}, {"ready", 2}, {"pending", 5}, {"done", 4}}}};
  figures.deployments = json::object{{"counts", {{"not_over", 1}, {"working", 1}, {"done", 8}}}};
  return figures;
}

}  // namespace governor::ctl::test
