#pragma once

#include <string>
#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The agents that a call names, as the session sees them (see resolve_agent); none of them twice.
core::Result<std::vector<std::string>> resolve_agents(const CallContext& context,
                                                      const std::vector<std::string>& given);

/// Store thread: an agent and its newest updates; `not_found` if there is no such agent.
core::Result<RecentUpdates> load_recent(Store& store, const std::string& id, std::size_t limit);

}  // namespace governor::daemon
