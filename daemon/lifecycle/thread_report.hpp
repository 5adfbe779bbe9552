#pragma once

#include <string>
#include <vector>

namespace governor::daemon {

/// What the system says of each thread of this process, a line each: whether it runs, sleeps or waits for a
/// disk, where in the kernel, and how long it has computed. Nothing where the system does not tell.
std::vector<std::string> describe_threads();

}  // namespace governor::daemon
