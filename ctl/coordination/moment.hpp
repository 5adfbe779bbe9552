#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace governor::ctl {

/// Seconds of "90", "90s", "15m", "2h" or "1d"; nothing for what is none of these.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace governor::ctl
