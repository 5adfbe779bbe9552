#pragma once

#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// register_agent, list_agents.
std::vector<Tool> agent_tools();

std::vector<Tool> lifecycle_tools();

std::vector<Tool> metadata_tools();

/// aggregate_metrics, detect_anomalies.
std::vector<Tool> fleet_tools();

/// export_to_file.
std::vector<Tool> export_tools();

/// governor/changed_agents: for who keeps a list of all.
GovernorRequest changed_agents_request();

/// delete_agent.
Tool delete_tool();

}  // namespace governor::daemon
