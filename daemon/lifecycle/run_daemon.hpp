#pragma once

#include "daemon/lifecycle/options.hpp"

namespace governor::daemon {

/// Exit codes of governord.
enum ExitCode : int { kExitClean = 0, kExitFailed = 1, kExitUsage = 2, kExitAlreadyRunning = 3 };

/// With `options.check` only looks whether it could: a daemon that serves is replaced after that. Otherwise
/// becomes the daemon: takes the lock, opens the store, listens, reports the start, serves until told to
/// stop, and releases the lock last. Returns the exit code.
int run_daemon(const Options& options);

}  // namespace governor::daemon
