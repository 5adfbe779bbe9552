#pragma once

#include <cstdint>
#include <optional>

namespace governor::daemon {

/// Finds jumps of the wall clock by comparing it with a clock that never jumps, nor stands still while the
/// machine sleeps: a laptop that wakes up is no jump.
class ClockWatch {
 public:
  explicit ClockWatch(std::int64_t limit_us) : limit_us_(limit_us) {}

  /// To be called now and then with both clocks, read together. Returns by how many microseconds the wall
  /// clock has gone ahead (or back, negative) of the other one since the last call, if that is more than the
  /// limit.
  std::optional<std::int64_t> observe(std::int64_t wall_us, std::int64_t elapsed_us);

 private:
  std::int64_t limit_us_;
  std::optional<std::int64_t> offset_us_;
};

}  // namespace governor::daemon
