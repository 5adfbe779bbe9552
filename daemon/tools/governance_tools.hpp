#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// process_agent_update, simulate_update, get_governance_metrics, get_system_history.
std::vector<Tool> governance_tools();

}  // namespace governor::daemon
