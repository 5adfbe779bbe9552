#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

std::vector<Tool> alert_tools();

}  // namespace governor::daemon
