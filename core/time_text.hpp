#pragma once

// Only the calendar, no clock: a moment comes from outside.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace governor::core {

/// Microseconds since the Unix epoch as people read them, to the second: "2026-01-31 12:00:00 UTC".
inline std::string utc_text(std::int64_t timestamp_us) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(static_cast<std::time_t>(timestamp_us / 1'000'000)));
}

}  // namespace governor::core
