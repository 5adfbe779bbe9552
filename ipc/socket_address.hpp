#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

struct SocketAddress {
  sockaddr_un storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Result<SocketAddress> socket_address(const std::string& path);

/// A Unix stream socket: non-blocking, close-on-exec, never raising SIGPIPE where the system can say so.
Result<UniqueFd> make_stream_socket();

}  // namespace governor::ipc
