#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// register_agent, list_agents.
std::vector<Tool> agent_tools();

}  // namespace governor::daemon
