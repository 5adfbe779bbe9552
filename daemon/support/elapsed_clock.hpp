#pragma once

#include <cstdint>

namespace governor::daemon {

/// Microseconds by a clock that nobody sets and that goes on while the machine sleeps.
std::int64_t elapsed_clock_us();

}  // namespace governor::daemon
