#pragma once

#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// All of the group.
std::vector<Tool> deployment_tools();

Tool deploy_tool();
/// list_deployments, get_deployment, get_deployment_output, get_deployment_diff.
std::vector<Tool> deployment_views();
/// stop_deployment, send_input, wait_deployment.
std::vector<Tool> deployment_commands();

// For people.
GovernorRequest deployment_merge_request();
GovernorRequest deployment_discard_request();
GovernorRequest deployment_continue_request();

}  // namespace governor::daemon
