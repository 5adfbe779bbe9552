#pragma once

#include <string>
#include <vector>

namespace governor::daemon {

/// False where the kernel has no Landlock or refuses. To be called by a thread that gains no privileges any
/// more.
bool landlock_thread(const std::vector<std::string>& writable_directories);

}  // namespace governor::daemon
