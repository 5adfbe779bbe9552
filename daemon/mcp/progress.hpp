#pragma once

#include <string>
#include <string_view>

#include "daemon/mcp/message.hpp"

namespace governor::daemon {

/// The token under which a request wants to be told how far it is, as JSON text; empty: it does not.
std::string progress_token_of(const Request& request);

/// A line notifications/progress, the same in all revisions. Both figures are seconds.
std::string progress_line(std::string_view token, double waited, double longest);

}  // namespace governor::daemon
