#pragma once

#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// define_task, claim_task, update_task, get_task, list_tasks.
std::vector<Tool> task_tools();

// The tools that look at tasks and change none.
Tool get_task_tool();
Tool list_tasks_tool();

/// governor/task_assign {task_id, agent, note}: a person says whose a task is.
GovernorRequest task_assign_request();

}  // namespace governor::daemon
