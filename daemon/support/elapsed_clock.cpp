#include "daemon/support/elapsed_clock.hpp"

#include <ctime>

namespace governor::daemon {

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
