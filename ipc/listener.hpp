#pragma once

#include <optional>
#include <string>

#include "ipc/error.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

/// Binds and listens at the path (socket mode 0600, non-blocking, close-on-exec) and removes a socket that a
/// dead daemon left there. The only function that unlinks a socket, hence the lock: only who holds the
/// daemon's lock knows that nobody serves it.
Result<UniqueFd> bind_listener(const FileLock& held, const std::string& path, int backlog);

/// The listening socket that systemd or launchd handed over, if this process was activated by one. The daemon
/// then neither binds nor unlinks.
std::optional<UniqueFd> activated_listener();

}  // namespace governor::ipc
