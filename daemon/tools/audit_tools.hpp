#pragma once

#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// query_audit_log.
std::vector<Tool> audit_tools();

/// The request governor/audit_verify, which only governorctl sends.
const Tool& verify_request();

}  // namespace governor::daemon
