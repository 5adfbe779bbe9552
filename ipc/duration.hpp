#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace governor::ipc {

/// Seconds of "90s", "15m", "2h", "1d" or "0"; nothing for what is none of these: 15 alone may mean minutes
/// as well as seconds.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace governor::ipc
