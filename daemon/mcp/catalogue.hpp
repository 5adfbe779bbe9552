#pragma once

#include <string>
#include <vector>

#include "daemon/mcp/revision.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The result of tools/list, in the form of the revision. Always in the same order.
std::string tool_list_json(const std::vector<const Tool*>& tools, Revision revision);

/// The result of initialize (legacy) and of server/discover (stateless).
std::string initialize_json(Revision revision);
std::string discover_json();

/// Says that a subscription is open, and which notifications it will carry: none so far. `id` is JSON text.
std::string listen_acknowledged_json(const std::string& id);
/// The result of a subscription that the daemon ends in order.
std::string listen_result_json(const std::string& id);

}  // namespace governor::daemon
