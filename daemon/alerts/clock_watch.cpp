#include "daemon/alerts/clock_watch.hpp"

#include <time.h>

#include <cstdlib>
#include <utility>

namespace governor::daemon {

std::optional<std::int64_t> ClockWatch::observe(std::int64_t wall_us, std::int64_t elapsed_us) {
  const std::int64_t offset = wall_us - elapsed_us;
  const auto before = std::exchange(offset_us_, offset);
  if (!before || std::abs(offset - *before) <= limit_us_) return std::nullopt;
  return offset - *before;
}

std::int64_t elapsed_clock_us() {
#ifdef __APPLE__
  constexpr clockid_t kClock = CLOCK_MONOTONIC_RAW;  // counts sleep there
#else
  constexpr clockid_t kClock = CLOCK_BOOTTIME;
#endif
  timespec now{};
  ::clock_gettime(kClock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace governor::daemon
