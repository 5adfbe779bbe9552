#pragma once

#include "ctl/context.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Connects to the daemon and starts it if there is none: a guard that is off whenever nobody has started the
/// daemon would guard nothing.
ipc::Result<ipc::Client> reach_daemon(const Context& context, ipc::Deadline deadline);
/// The same, if there is one already.
ipc::Result<ipc::Client> reach_running_daemon(const Context& context, ipc::Deadline deadline);

}  // namespace governor::ctl
