#pragma once

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// What a person may do to files.

/// governor/restore {path, version or at, reason}: no lease is needed, and protection does not count.
const Tool& restore_request();
/// governor/protect {pattern, reason, remove}; without a pattern it lists what is protected and unlocked.
const Tool& protect_request();
/// governor/unlock {path, agent_id, seconds, reason}; 0 seconds take it back.
const Tool& unlock_request();

}  // namespace governor::daemon
