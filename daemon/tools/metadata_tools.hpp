#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

std::vector<Tool> metadata_tools();

}  // namespace governor::daemon
