#include "daemon/alerts/clock_watch.hpp"

#include <cstdlib>
#include <utility>

namespace governor::daemon {

std::optional<std::int64_t> ClockWatch::observe(std::int64_t wall_us, std::int64_t elapsed_us) {
  const std::int64_t offset = wall_us - elapsed_us;
  const auto before = std::exchange(offset_us_, offset);
  if (!before || std::abs(offset - *before) <= limit_us_) return std::nullopt;
  return offset - *before;
}

}  // namespace governor::daemon
