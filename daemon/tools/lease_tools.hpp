#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// request_write, renew_write, release_write, check_write, list_leases.
std::vector<Tool> lease_tools();

/// governor/lease_break: what a person may do to any lease.
const Tool& lease_break_request();

}  // namespace governor::daemon
