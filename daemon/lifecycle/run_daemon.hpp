#pragma once

#include "daemon/lifecycle/options.hpp"

namespace governor::daemon {

/// Exit codes of governord.
enum ExitCode : int { kExitClean = 0, kExitFailed = 1, kExitUsage = 2, kExitAlreadyRunning = 3 };

/// Becomes the daemon: takes the lock, opens the store, listens, reports the start, serves until told to
/// stop, and releases the lock last. Returns the exit code.
int run_daemon(const Options& options);

}  // namespace governor::daemon
