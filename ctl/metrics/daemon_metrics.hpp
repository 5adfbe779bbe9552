#pragma once

#include <boost/json.hpp>
#include <optional>

#include "ctl/metrics/metric_family.hpp"

namespace governor::ctl {

/// What the daemon says of itself. What it did not tell is missing: then there are no such metrics.
struct DaemonFigures {
  std::optional<boost::json::object> status;       ///< governor/status; none: there is no daemon
  std::optional<boost::json::object> agents;       ///< list_agents, counts only
  std::optional<boost::json::object> concurrency;  ///< diagnose_concurrency
  std::optional<boost::json::object> alerts;       ///< list_alerts
  std::optional<boost::json::object> approvals;    ///< list_approvals
  std::optional<boost::json::object> leases;       ///< list_leases
  std::optional<boost::json::object> tasks;        ///< list_tasks
  std::optional<boost::json::object> deployments;  ///< list_deployments
};

Metrics daemon_metrics(const DaemonFigures& figures);

}  // namespace governor::ctl
