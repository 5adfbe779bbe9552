#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// list_backups, restore_file.
std::vector<Tool> backup_tools();

}  // namespace governor::daemon
