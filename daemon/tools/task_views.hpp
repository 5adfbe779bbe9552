#pragma once

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// The tools that look at tasks and change none.
Tool get_task_tool();
Tool list_tasks_tool();

}  // namespace governor::daemon
