#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// export_to_file.
std::vector<Tool> export_tools();

}  // namespace governor::daemon
