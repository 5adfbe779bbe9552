#pragma once

#include <functional>

#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

/// What a process that may start no programs asks another one for.
enum class StartRequest : char {
  start = 's',  ///< that a daemon answers, as `connect_or_start` sees to it
  check = 'c'   ///< whether the installed daemon could start, as `check_start` finds out
};

/// Asks without waiting: gives the reading end of a pipe to which the same reports come as at a start.
using StartElsewhere = std::function<Result<UniqueFd>(StartRequest)>;

/// From now on this process starts nothing itself. To be called before there are threads.
void start_elsewhere(StartElsewhere how);
/// Empty where the process starts daemons itself.
const StartElsewhere& starting_elsewhere();

}  // namespace governor::ipc
