#pragma once

#include <memory>
#include <string>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// resources/subscribe (`wanted`) and resources/unsubscribe of the older revisions: a change of the session,
/// durable before it is answered. Either may be said twice.
std::unique_ptr<ToolCall> make_subscribe_call(std::string uri, bool wanted);

}  // namespace governor::daemon
