#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// diagnose_concurrency, cleanup_stale_locks.
std::vector<Tool> diagnosis_tools();

}  // namespace governor::daemon
