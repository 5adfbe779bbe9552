#include "ipc/socket_address.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "ipc/paths.hpp"

namespace governor::ipc {

Result<SocketAddress> socket_address(const std::string& path) {
  if (path.empty() || path.size() > kMaxSocketPath) {
    return Error{Errc::invalid_path, ENAMETOOLONG,
                 "the socket path " + path + " is longer than " + std::to_string(kMaxSocketPath) +
                     " bytes: choose a shorter GOVERNOR_RUNTIME_DIR"};
  }
  SocketAddress address;
  address.storage.sun_family = AF_UNIX;
  std::memcpy(address.storage.sun_path, path.data(), path.size());
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

#ifdef SOCK_CLOEXEC
Result<UniqueFd> make_stream_socket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return system_error("cannot make a socket", errno);
  return fd;
}
#else
Result<UniqueFd> make_stream_socket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  const int on = 1;
  if (!fd || ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0 ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) != 0) {
    return system_error("cannot make a socket", errno);
  }
  return fd;
}
#endif

}  // namespace governor::ipc
