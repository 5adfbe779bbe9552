#pragma once

#include <string>
#include <vector>

#include "core/evidence_command.hpp"
#include "core/result.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// All events are of one agent, which must be loaded; what is refused ends the call, and those before it
/// stay. Returns the answer of a request that is about nothing else;
/// `notice`: what its model reads there.
core::Result<std::string> record_events(CallContext& context, const core::Caller& caller,
                                        const std::string& agent_id, const std::string& parent_id,
                                        std::vector<core::EvidenceCommand>& commands,
                                        bool stop_on_reject = false, const std::string& notice = {});

}  // namespace governor::daemon
