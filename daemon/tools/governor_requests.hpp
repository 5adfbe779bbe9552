#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// Requests of governor's own that go the way of tools but are none, so that no model has to read about them;
/// null when there is no such request. The result is answered as it is.
const Tool* find_governor_request(std::string_view method);

/// All of them.
std::vector<const Tool*> all_governor_requests();

/// Who may send this method: only connections that said so in hello; anybody if it is nobody's in particular,
/// or unknown.
std::optional<core::Role> role_needed_for(std::string_view method);

}  // namespace governor::daemon
