#pragma once

#include <sys/types.h>

#include <string_view>

#include "ctl/context.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Asks the daemon to stop and waits until its process has gone; returns the pid that it had. no_daemon if
/// none runs, deadline_exceeded if it is still there at the deadline. Nothing is ever signalled.
ipc::Result<pid_t> stop_daemon(const Context& context, std::string_view reason, ipc::Deadline deadline);

}  // namespace governor::ctl
