#pragma once

#include <cstdint>
#include <string>

#include "ipc/iso_time.hpp"

namespace governor::daemon {

using ipc::iso_timestamp;
using ipc::parse_iso_timestamp;

/// `yyyymmddThhmmssZ`, UTC: for names of files.
std::string compact_timestamp(std::int64_t microseconds_since_epoch);

/// `yyyymmdd`, UTC.
std::string compact_date(std::int64_t microseconds_since_epoch);

/// The system clock in microseconds since the epoch.
std::int64_t system_now_us();

}  // namespace governor::daemon
