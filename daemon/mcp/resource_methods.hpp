#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/mcp/action.hpp"
#include "daemon/mcp/message.hpp"

namespace governor::daemon {

/// Whether the method is one of those below, in any revision.
bool is_resource_method(std::string_view method);

/// resources/* and completion/complete; none for a method that the revision does not have.
std::optional<Action> interpret_resource_request(const Request& request, Revision revision,
                                                 const ToolEnvironment& environment);

/// subscriptions/listen of the stateless era.
Action interpret_listen(const Request& request);

/// The answer to a request about resources. `outcome` holds the whole result; "not found" has a code of its
/// own in the older revisions.
std::string resource_reply(const Envelope& envelope, const core::Result<std::string>& outcome);

}  // namespace governor::daemon
