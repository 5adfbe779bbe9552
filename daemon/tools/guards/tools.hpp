#pragma once

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// What the hooks of other tools ask. The answers are decisions, not errors: a hook has to pass on a reason in
// either case. See docs/guards.md.

/// governor/guard_write: may this tool write this file now? Takes the lease if it may.
GovernorRequest guard_write_request();
/// governor/guard_done: the tool has written. Frees the lease; tells of a loop.
GovernorRequest guard_done_request();
/// governor/session_began: the tool begins to work in a project. Tells what its model should know.
GovernorRequest session_began_request();
/// governor/session_ended: its conversation is over, and with it what it holds.
GovernorRequest session_ended_request();
/// governor/command_began: a command of the tool runs from now on. Keeps what the files that it names hold.
GovernorRequest command_began_request();
/// governor/command_done: it is over. Tells what it has changed that somebody must hear of.
GovernorRequest command_done_request();
/// governor/git_event: git has committed, checked out or rewritten something.
GovernorRequest git_event_request();
/// governor/guard_commit: who else holds these files?
GovernorRequest guard_commit_request();

}  // namespace governor::daemon
