#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// health_check, get_server_info.
std::vector<Tool> server_tools();

}  // namespace governor::daemon
