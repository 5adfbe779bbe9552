#pragma once

#include <sys/types.h>

#include <string>

#include "ctl/context.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

struct Restarted {
  pid_t before = 0;  ///< 0: none was running
  pid_t after = 0;
  std::string build;
};

/// Another daemon in the place of the one that runs, if one does. One that would not start leaves the other
/// alone.
ipc::Result<Restarted> restart_daemon(const Context& context);

}  // namespace governor::ctl
