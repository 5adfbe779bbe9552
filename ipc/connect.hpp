#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"
#include "ipc/error.hpp"
#include "ipc/paths.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

/// Connects to the socket of a daemon of the same user. The returned socket is non-blocking. no_daemon when
/// nobody listens; permission_denied, never no_daemon, when the path is not ours to use.
Result<UniqueFd> connect_to(const std::string& path, Deadline deadline, Interrupts interrupts = {});

/// Tries until a backlog that is full has room: nothing from `attempt` means that. `path` is for the error.
Result<UniqueFd> connect_patiently(const std::function<Result<std::optional<UniqueFd>>()>& attempt,
                                   const std::string& path, Deadline deadline, Interrupts interrupts = {});

struct StartOptions {
  Environment environment;             ///< where the daemon and the service are looked for; what it inherits
  std::vector<std::string> arguments;  ///< more arguments for governord
  bool use_service_manager = true;
  /// How long a daemon may take to start. A damaged database is checked and restored before it is ready.
  std::chrono::milliseconds start_patience{60000};
};

/// Connects, and starts the daemon if there is none: of many that do so at the same time one starts it and
/// the others wait for it. start_failed, with the daemon's own reason, only of one that has ended; one that
/// takes long goes on starting, and the error is deadline_exceeded.
Result<UniqueFd> connect_or_start(const Paths& paths, const StartOptions& options, Deadline deadline,
                                  Interrupts interrupts = {});

}  // namespace governor::ipc
