#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "ipc/deadline.hpp"
#include "ipc/error.hpp"
#include "ipc/paths.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

/// Where the daemon of a state directory listens, as it wrote down itself. Clients that look in another
/// runtime directory, because they were started with other variables, find it by this. A record may be left
/// over from a daemon that is gone.
struct DaemonAddress {
  std::string socket;
  pid_t listener;  ///< the process that listens there, as the kernel tells who connects; 0: it does not tell
};

/// Replaces the record as a whole. For the daemon alone, which holds the state directory's lock.
Result<void> write_daemon_address(const std::string& state_dir, const DaemonAddress& address);

/// None where there is no record that makes sense.
std::optional<DaemonAddress> read_daemon_address(const std::string& state_dir);

/// One attempt to connect, where `paths` says and else where the daemon of the state directory says it is:
/// nothing when its backlog is full, no_daemon when nobody listens at either place.
Result<std::optional<UniqueFd>> try_connect_daemon(const Paths& paths);

/// As `connect_to`, at either place.
Result<UniqueFd> connect_to_daemon(const Paths& paths, Deadline deadline, Interrupts interrupts = {});

}  // namespace governor::ipc
