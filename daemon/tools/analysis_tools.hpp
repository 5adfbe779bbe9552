#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// observe_agent, compare_agents.
std::vector<Tool> analysis_tools();

}  // namespace governor::daemon
