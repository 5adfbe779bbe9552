#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::ipc {

// Times are microseconds since 1970, UTC.

/// ISO 8601, UTC, microseconds: `2026-01-31T12:00:00.000000Z`.
std::string iso_timestamp(std::int64_t us);

/// A time as it is written.
struct WrittenTime {
  std::int64_t wall_us = 0;           ///< as the clock on the wall showed it, taken for UTC
  std::optional<int> offset_seconds;  ///< east of UTC; none if no zone was written
  bool has_clock = false;             ///< more than a date

  [[nodiscard]] std::int64_t utc_us(int offset_without_zone = 0) const {
    return wall_us - std::int64_t{offset_seconds.value_or(offset_without_zone)} * 1'000'000;
  }
};

/// Reads ISO 8601, to at most microseconds, with or without a zone (Z or an offset); a date alone is its
/// midnight. None for anything else, dates that do not exist included.
std::optional<WrittenTime> read_time(std::string_view text);

/// Reads ISO 8601 with a time zone; a date alone is its midnight, UTC.
std::optional<std::int64_t> parse_iso_timestamp(std::string_view text);

/// "+02:00", "-0530" or with seconds: seconds east of UTC.
std::optional<int> read_offset(std::string_view text);

/// What the clock of this machine meant, its summer time included; the first of two meanings when that ends.
std::int64_t utc_of_this_machine(std::int64_t wall_us);

}  // namespace governor::ipc
