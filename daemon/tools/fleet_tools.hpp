#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// aggregate_metrics, detect_anomalies.
std::vector<Tool> fleet_tools();

}  // namespace governor::daemon
