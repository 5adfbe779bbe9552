#pragma once

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// Agents that come from another system; docs/wire-protocol.md describes the requests. What is wrong with one
// agent is part of the result; an error means that the request as a whole is not understood.

/// governor/import
GovernorRequest import_request();
/// governor/import_check: what import would answer, without changing anything.
GovernorRequest import_check_request();

}  // namespace governor::daemon
