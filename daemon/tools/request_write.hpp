#pragma once

#include <cstdint>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// How long a lease lasts, in seconds.
inline constexpr std::int64_t kDefaultLeaseTtl = 600;
inline constexpr std::int64_t kLongestLeaseTtl = 86'400;

Tool request_write_tool();

}  // namespace governor::daemon
