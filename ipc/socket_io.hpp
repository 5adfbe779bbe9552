#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ipc {

// Reading and writing of sockets that never raises SIGPIPE and, with a deadline, never waits longer. The
// socket may be in blocking or non-blocking mode.

/// Bytes sent now, 0 when the socket is full. Errc::closed when the other side is gone.
Result<std::size_t> send_some(int fd, std::string_view data);
Result<void> send_all(int fd, std::string_view data, Deadline deadline, Interrupts interrupts = {});

/// Bytes received now, 0 for nothing yet. Errc::closed at the end.
Result<std::size_t> receive_some(int fd, std::span<char> into);

}  // namespace governor::ipc
