#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

std::vector<Tool> lifecycle_tools();

}  // namespace governor::daemon
