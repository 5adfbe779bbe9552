#include "proxy/output_stream.hpp"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/socket_io.hpp"

namespace governor::proxy {
namespace {

#if defined(__linux__) && defined(RWF_NOWAIT)
/// The whole of it in one call that does not wait; -1 with EOPNOTSUPP where the kernel cannot.
ssize_t write_no_wait(int fd, std::string_view data) {
  const iovec piece{const_cast<char*>(data.data()), data.size()};
  return ::pwritev2(fd, &piece, 1, -1, RWF_NOWAIT);
}
#else
ssize_t write_no_wait(int, std::string_view) {
  errno = EOPNOTSUPP;
  return -1;
}
#endif

ipc::Error closed() {
  return ipc::Error{ipc::Errc::closed, 0, "the output is no longer read"};
}

ipc::Result<std::size_t> outcome_of(ssize_t written) {
  if (written >= 0) return static_cast<std::size_t>(written);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
  if (errno == EPIPE || errno == ECONNRESET) return closed();
  return ipc::system_error("cannot write", errno);
}

}  // namespace

OutputStream::OutputStream(int fd) : fd_(fd), kind_(Kind::other) {
  struct stat info;
  if (::fstat(fd, &info) != 0) return;
  if (S_ISSOCK(info.st_mode)) kind_ = Kind::socket;
  if (S_ISFIFO(info.st_mode)) kind_ = Kind::pipe;
  if (S_ISREG(info.st_mode)) kind_ = Kind::regular_file;
}

ipc::Result<std::size_t> OutputStream::write_some(std::string_view data) {
  if (kind_ == Kind::socket) return ipc::send_some(fd_, data);
  if (kind_ == Kind::regular_file) return outcome_of(::write(fd_, data.data(), data.size()));
  if (kind_ == Kind::pipe) {
    const ssize_t written = write_no_wait(fd_, data);
    if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL))
      return outcome_of(written);
    kind_ = Kind::other;
  }
  return write_piece_if_writable(data);
}

ipc::Result<std::size_t> OutputStream::write_piece_if_writable(std::string_view data) {
  pollfd polled{fd_, POLLOUT, 0};
  if (::poll(&polled, 1, 0) <= 0) return std::size_t{0};
  if ((polled.revents & POLLOUT) == 0) return closed();
  // A pipe that is writable has room for this much; a terminal blocks at worst until a signal comes.
  constexpr std::size_t kPiece = PIPE_BUF < 512 ? PIPE_BUF : 512;
  return outcome_of(::write(fd_, data.data(), data.size() < kPiece ? data.size() : kPiece));
}

}  // namespace governor::proxy
