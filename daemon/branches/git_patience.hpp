#pragma once

#include <algorithm>
#include <chrono>

#include "ipc/deadline.hpp"

namespace governor::daemon {

/// How long one run of git may take, of what is left; whole seconds, at least one.
inline std::chrono::seconds git_patience(ipc::Deadline deadline) {
  return std::chrono::seconds(std::max(1, deadline.remaining_ms() / 1000));
}

}  // namespace governor::daemon
