#include "daemon/supervisor/keeper/pane.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace governor::daemon {
namespace {

constexpr std::size_t kMostPending = 256 * 1024;

}  // namespace

Pane::Pane() : reads_(::isatty(STDIN_FILENO) == 1), writes_(::isatty(STDOUT_FILENO) == 1) {
  termios modes{};
  if (reads_ && ::tcgetattr(STDIN_FILENO, &modes) == 0) {
    // Control-C and the like are for the program: it has a terminal of its own that knows what to do.
    ::cfmakeraw(&modes);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &modes);
  }
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) {
    if (::isatty(fd) == 1) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
}

void Pane::show(std::string_view bytes) {
  if (!writes_ || pending_.size() + bytes.size() > kMostPending) return;
  pending_ += bytes;
  flush();
}

void Pane::flush() {
  while (writes_ && !pending_.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, pending_.data(), pending_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) writes_ = false;
    if (count > 0) pending_.erase(0, static_cast<std::size_t>(count));
  }
}

std::string Pane::take_typed() {
  char bytes[4096];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0) return std::string(bytes, static_cast<std::size_t>(count));
  if (count == 0 || (errno != EAGAIN && errno != EINTR)) reads_ = false;
  return {};
}

void Pane::copy_size(int terminal) const {
  winsize size{};
  if (writes_ && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    ::ioctl(terminal, TIOCSWINSZ, &size);
}

}  // namespace governor::daemon
