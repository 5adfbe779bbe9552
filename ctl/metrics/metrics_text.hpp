#pragma once

#include <boost/json.hpp>
#include <string>

#include "ctl/metrics/metric_family.hpp"

namespace governor::ctl {

enum class MetricsFormat {
  openmetrics,  ///< with `# EOF`; application/openmetrics-text; version=1.0.0
  prometheus    ///< the older text format, which `promtool check metrics` and node_exporter read
};

/// Families without samples are left out.
std::string metrics_text(const Metrics& metrics, MetricsFormat format);
boost::json::array metrics_json(const Metrics& metrics);

}  // namespace governor::ctl
