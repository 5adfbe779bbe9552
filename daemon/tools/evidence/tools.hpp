#pragma once

#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// report_evidence and get_evidence.
std::vector<Tool> evidence_tools();

/// governor/record_evidence: hooks tell what the agent of their working session did.
GovernorRequest record_evidence_request();
/// governor/note_evidence: governorctl tells what it saw of an agent that is named.
GovernorRequest note_evidence_request();
/// governor/prune_evidence, which the daemon also sends itself now and then: entries that are too many or too
/// old are forgotten.
GovernorRequest prune_evidence_request();

}  // namespace governor::daemon
