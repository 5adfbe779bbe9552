#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// define_task, claim_task, update_task, get_task, list_tasks.
std::vector<Tool> task_tools();

// The tools that look at tasks and change none.
Tool get_task_tool();
Tool list_tasks_tool();

}  // namespace governor::daemon
