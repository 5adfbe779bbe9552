#pragma once

#include <algorithm>
#include <chrono>
#include <span>

#include "ipc/error.hpp"

namespace governor::ipc {

/// Descriptors that end a wait with Errc::interrupted when one becomes readable or hangs up.
using Interrupts = std::span<const int>;

/// A point on the steady clock up to which something may take.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline after(std::chrono::milliseconds duration) { return Deadline(Clock::now() + duration); }
  static Deadline at(Clock::time_point when) { return Deadline(when); }

  /// Rounded up, 0 when it has passed: fits poll().
  int remaining_ms() const;
  bool expired() const { return Clock::now() >= when_; }
  Clock::time_point time() const { return when_; }

  /// The sooner of this and now + duration.
  Deadline capped(std::chrono::milliseconds duration) const {
    return Deadline(std::min(when_, Clock::now() + duration));
  }

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}
  Clock::time_point when_;
};

Result<void> wait_readable(int fd, Deadline deadline, Interrupts interrupts = {});
Result<void> wait_writable(int fd, Deadline deadline, Interrupts interrupts = {});

/// Waits for the time to pass. Succeeds when it has, and fails only with interrupted.
Result<void> pause_until(Deadline deadline, Interrupts interrupts = {});

}  // namespace governor::ipc
