#pragma once

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// delete_agent.
Tool delete_tool();

}  // namespace governor::daemon
