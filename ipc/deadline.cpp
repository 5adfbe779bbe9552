#include "ipc/deadline.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <limits>

namespace governor::ipc {
namespace {

constexpr std::size_t kMaxInterrupts = 7;

/// fd may be -1: then only the time and the interrupts count.
Result<void> wait_for(int fd, short events, Deadline deadline, Interrupts interrupts) {
  std::array<pollfd, kMaxInterrupts + 1> polled{};
  const std::size_t count = std::min(interrupts.size(), kMaxInterrupts);
  polled[0] = pollfd{fd, events, 0};
  for (std::size_t i = 0; i < count; ++i) polled[i + 1] = pollfd{interrupts[i], POLLIN, 0};
  for (;;) {
    const int ready = ::poll(polled.data(), static_cast<nfds_t>(count + 1), deadline.remaining_ms());
    if (ready < 0 && errno != EINTR) return system_error("poll", errno);
    if (ready > 0) {
      for (std::size_t i = 1; i <= count; ++i) {
        if (polled[i].revents != 0) return Error{Errc::interrupted, 0, "interrupted while waiting"};
      }
      if (polled[0].revents != 0) return {};
    }
    if (deadline.expired()) {
      return Error{Errc::deadline_exceeded, 0, "the other side did not respond in time: try again"};
    }
  }
}

}  // namespace

int Deadline::remaining_ms() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when_ - Clock::now()).count();
  if (left <= 0) return 0;
  return static_cast<int>(std::min<long long>(left, std::numeric_limits<int>::max()));
}

Result<void> wait_readable(int fd, Deadline deadline, Interrupts interrupts) {
  return wait_for(fd, POLLIN, deadline, interrupts);
}

Result<void> wait_writable(int fd, Deadline deadline, Interrupts interrupts) {
  return wait_for(fd, POLLOUT, deadline, interrupts);
}

Result<void> pause_until(Deadline deadline, Interrupts interrupts) {
  auto waited = wait_for(-1, 0, deadline, interrupts);
  if (!waited && waited.error().code == Errc::deadline_exceeded) return {};
  return waited;
}

}  // namespace governor::ipc
