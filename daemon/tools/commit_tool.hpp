#pragma once

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// commit_file.
Tool commit_tool();

}  // namespace governor::daemon
