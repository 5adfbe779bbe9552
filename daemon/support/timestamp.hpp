#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::daemon {

/// ISO 8601, UTC, microseconds: `2026-01-31T12:00:00.000000Z`.
std::string iso_timestamp(std::int64_t microseconds_since_epoch);

/// Reads ISO 8601 with a time zone (Z or an offset), to at most microseconds; a date alone is its midnight,
/// UTC.
std::optional<std::int64_t> parse_iso_timestamp(std::string_view text);

/// `yyyymmddThhmmssZ`, UTC: for names of files.
std::string compact_timestamp(std::int64_t microseconds_since_epoch);

/// `yyyymmdd`, UTC.
std::string compact_date(std::int64_t microseconds_since_epoch);

/// The system clock in microseconds since the epoch.
std::int64_t system_now_us();

}  // namespace governor::daemon
