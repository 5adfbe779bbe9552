#include "ipc/socket_io.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace governor::ipc {
namespace {

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
constexpr int kSendFlags = MSG_DONTWAIT;  // SO_NOSIGPIPE is set on the socket instead
#endif

bool means_closed(int cause) {
  return cause == EPIPE || cause == ECONNRESET || cause == ENOTCONN;
}

Error closed() {
  return Error{Errc::closed, 0, "the other side closed the connection: try again"};
}

}  // namespace

Result<std::size_t> send_some(int fd, std::string_view data) {
  for (;;) {
    const auto sent = ::send(fd, data.data(), data.size(), kSendFlags);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    if (means_closed(errno)) return closed();
    if (errno != EINTR) return system_error("cannot send", errno);
  }
}

Result<void> send_all(int fd, std::string_view data, Deadline deadline, Interrupts interrupts) {
  while (!data.empty()) {
    auto sent = send_some(fd, data);
    if (!sent) return sent.error();
    data.remove_prefix(*sent);
    if (data.empty()) break;
    if (auto ready = wait_writable(fd, deadline, interrupts); !ready) return ready.error();
  }
  return {};
}

Result<std::size_t> receive_some(int fd, std::span<char> into) {
  for (;;) {
    const auto got = ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0 || means_closed(errno)) return closed();
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    if (errno != EINTR) return system_error("cannot receive", errno);
  }
}

}  // namespace governor::ipc
