#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// define_task, claim_task, update_task, get_task, list_tasks.
std::vector<Tool> task_tools();

}  // namespace governor::daemon
