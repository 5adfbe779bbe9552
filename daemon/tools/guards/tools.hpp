#pragma once

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// What the hooks of other tools ask. The answers are decisions, not errors: a hook has to pass on a reason in
// either case. See docs/guards.md.

/// governor/guard_write: may this tool write this file now? Takes the lease if it may.
const Tool& guard_write_request();
/// governor/guard_done: the tool has written. Frees the lease; tells of a loop.
const Tool& guard_done_request();
/// governor/guard_commit: who else holds these files?
const Tool& guard_commit_request();

}  // namespace governor::daemon
