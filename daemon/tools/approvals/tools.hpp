#pragma once

#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// list_approvals, get_approval, request_approval.
std::vector<Tool> approval_tools();

/// governor/approval_answer {approval, approve, note, seconds}: a person's word. The first one counts.
GovernorRequest approval_answer_request();

}  // namespace governor::daemon
