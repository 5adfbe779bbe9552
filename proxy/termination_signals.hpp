#pragma once

#include "ipc/error.hpp"

namespace governor::proxy {

/// From now on SIGTERM, SIGINT and SIGHUP only make the returned descriptor readable, and SIGPIPE is ignored.
/// The descriptor lives as long as the process.
ipc::Result<int> catch_termination_signals();

}  // namespace governor::proxy
