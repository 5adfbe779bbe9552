#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/session.hpp"
#include "daemon/tools/operation.hpp"

namespace governor::daemon {

/// A request of governor's own that goes the way of tools but is none, so that no model has to read about it.
/// The result is answered as it is.
struct GovernorRequest : Operation {
  std::optional<core::Role> role;  ///< who may send it; none: anybody, as it changes nothing
};

/// All of them.
const std::vector<GovernorRequest>& governor_requests();

/// Null when there is no such request.
const GovernorRequest* find_governor_request(std::string_view method);

/// Who may send this method: only connections that said so in hello; anybody if it is nobody's in particular,
/// or unknown.
std::optional<core::Role> role_needed_for(std::string_view method);

}  // namespace governor::daemon
