#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ctl/context.hpp"

namespace governor::ctl {

// Times for people. The daemon gives ISO 8601 in UTC; `--utc` shows them so, and JSON has them so always.
// What is no such time is shown as it came.

/// In local time: "2026-01-31 13:00:05".
std::string local_text(const Context& context, const std::string& iso);

/// How long ago or ahead: "5 min ago", "in 9 min"; what is further than two days away in local time.
std::string relative_text(const Context& context, const std::string& iso);

/// Seconds since the Unix epoch of a time as the daemon gives it.
std::optional<std::int64_t> parse_utc(std::string_view iso);

/// What a person typed, as the daemon takes it: in ISO 8601 a local time such as "2026-01-31 13:00", or one
/// so long ago as "1h", "15m" or "3 min ago" say; all else as it is.
std::string typed_moment(const std::string& typed);

}  // namespace governor::ctl
