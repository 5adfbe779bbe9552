#pragma once

#include <sys/types.h>

namespace governor::ctl {

/// Whether the process is there and stopped (SIGSTOP, Ctrl-Z, a debugger): it does nothing until somebody
/// continues it.
bool is_stopped(pid_t pid);

}  // namespace governor::ctl
