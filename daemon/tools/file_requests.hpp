#pragma once

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// What a person may do to files.

/// governor/restore {path, backup or at, reason}: no lease is needed, and protection does not count.
const Tool& restore_request();
/// governor/protect {pattern, reason, remove}.
const Tool& protect_request();
/// governor/protections: what is protected and what is unlocked.
const Tool& protections_request();
/// governor/unlock {path, agent_id, seconds, reason}; 0 seconds take it back.
const Tool& unlock_request();

}  // namespace governor::daemon
