#pragma once

#include <memory>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The daemon's own call, now and then: backups that are too many, too old or too large together go, a
/// bounded number of them each time.
const Tool& prune_request();
std::unique_ptr<ToolCall> make_prune_call();

}  // namespace governor::daemon
