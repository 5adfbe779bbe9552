#pragma once

#include <string>
#include <vector>

#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"
#include "ipc/error.hpp"
#include "ipc/paths.hpp"
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

/// Starts the daemon that `find_daemon_binary` finds, for these paths, whatever it would derive from its own
/// environment.
Result<UniqueFd> spawn_installed_daemon(const Paths& paths, Environment environment,
                                        std::vector<std::string> arguments);

/// Whether that daemon could be started: its program, its options and its configuration. To be known before
/// one that serves is asked to leave. The pipe gets the same reports as at a start.
Result<UniqueFd> begin_start_check(const Paths& paths, const Environment& environment);
/// The same, and waits for the verdict. start_failed with the reason.
Result<void> check_start(const Paths& paths, const Environment& environment, Deadline deadline);

/// GOVERNOR_DAEMON, else `governord` beside this executable, else in PATH.
Result<std::string> find_daemon_binary(const Environment& environment);
/// GOVERNOR_GATEWAY, else `governor-gateway` at these places.
Result<std::string> find_gateway_binary(const Environment& environment);

}  // namespace governor::ipc
