#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// process_agent_update, simulate_update, get_governance_metrics, get_system_history.
std::vector<Tool> governance_tools();

std::vector<Tool> threshold_tools();

/// record_outcome, check_calibration.
std::vector<Tool> calibration_tools();

/// observe_agent, compare_agents.
std::vector<Tool> analysis_tools();

/// get_telemetry_metrics.
std::vector<Tool> telemetry_tools();

}  // namespace governor::daemon
