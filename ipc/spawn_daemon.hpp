#pragma once

#include <string>
#include <vector>

#include "ipc/environment.hpp"
#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

struct SpawnRequest {
  std::string binary;                    ///< absolute path
  std::vector<std::string> arguments;    ///< after the program's name; --startup-fd is added
  std::vector<std::string> environment;  ///< "NAME=value", all the daemon gets
};

/// Starts the program so that it outlives this process and inherits nothing by accident: reparented, a
/// session of its own, "/" as directory, standard streams on /dev/null, every other descriptor closed,
/// default signal state, umask 077. Returns the reading end of its start-up pipe; a failed exec is reported
/// there too.
Result<UniqueFd> spawn_daemon(const SpawnRequest& request);

/// GOVERNOR_DAEMON, else `governord` beside this executable, else in PATH.
Result<std::string> find_daemon_binary(const Environment& environment);

}  // namespace governor::ipc
