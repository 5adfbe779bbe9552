#include "tests/support/line_stream.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace governor::test {
namespace {

constexpr std::size_t kLongestLine = 128 * 1024 * 1024;
constexpr std::size_t kReadSize = 64 * 1024;

void prepare(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::signal(SIGPIPE, SIG_IGN);
}

[[noreturn]] void fail(std::string_view what, const ipc::Error& error) {
  throw std::runtime_error(std::string(what) + ": " + error.message);
}

}  // namespace

LineStream::LineStream(ipc::UniqueFd socket)
    : reading_(std::move(socket)), is_socket_(true), decoder_(kLongestLine) {
  prepare(reading_.get());
}

LineStream::LineStream(ipc::UniqueFd reading, ipc::UniqueFd writing)
    : reading_(std::move(reading)), writing_(std::move(writing)), is_socket_(false), decoder_(kLongestLine) {
  prepare(reading_.get());
  prepare(writing_.get());
}

void LineStream::write(std::string_view bytes, ipc::Deadline deadline) {
  while (!bytes.empty()) {
    const auto count = ::write(writing_fd(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = ipc::wait_writable(writing_fd(), deadline); !ready)
        fail("cannot write", ready.error());
    } else if (errno != EINTR) {
      fail("cannot write", ipc::system_error("write", errno));
    }
  }
}

void LineStream::write_line(std::string_view line, ipc::Deadline deadline) {
  std::string framed(line);
  framed += '\n';
  write(framed, deadline);
}

std::optional<std::string> LineStream::read_line(ipc::Deadline deadline) {
  for (;;) {
    const auto event = decoder_.next();
    if (event.kind == ipc::LineDecoder::Kind::line) return std::string(event.text);
    if (event.kind == ipc::LineDecoder::Kind::too_long)
      throw std::runtime_error("a line of more than 128 MiB");
    const auto room = decoder_.prepare(kReadSize);
    const auto count = ::read(reading_.get(), room.data(), room.size());
    if (count > 0) {
      decoder_.commit(static_cast<std::size_t>(count));
    } else if (count == 0 || errno == ECONNRESET) {
      if (decoder_.pending_bytes() > 0) throw std::runtime_error("the stream ended within a line");
      return std::nullopt;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = ipc::wait_readable(reading_.get(), deadline); !ready)
        fail("nothing to read", ready.error());
    } else if (errno != EINTR) {
      fail("cannot read", ipc::system_error("read", errno));
    }
  }
}

void LineStream::end_writing() {
  if (is_socket_) {
    ::shutdown(reading_.get(), SHUT_WR);
  } else {
    writing_.reset();
  }
}

}  // namespace governor::test
