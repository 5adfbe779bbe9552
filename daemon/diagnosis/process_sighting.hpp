#pragma once

#include <cstdint>

#include "daemon/diagnosis/lock_verdict.hpp"

namespace governor::daemon {

/// What the system says of this pid now. A zombie is gone; a process that is hidden from this user is
/// unknown.
ProcessSighting sight_process(std::int64_t pid);

}  // namespace governor::daemon
