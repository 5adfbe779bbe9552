#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// get_telemetry_metrics.
std::vector<Tool> telemetry_tools();

}  // namespace governor::daemon
