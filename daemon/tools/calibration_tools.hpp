#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// record_outcome, check_calibration.
std::vector<Tool> calibration_tools();

}  // namespace governor::daemon
