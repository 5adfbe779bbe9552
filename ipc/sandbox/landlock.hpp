#pragma once

#include <string>
#include <vector>

namespace governor::ipc {

/// False where the kernel has no Landlock or refuses. To be called by a thread that gains no privileges any
/// more.
bool landlock_thread(const std::vector<std::string>& writable_directories,
                     const std::vector<std::string>& directories_to_tidy);

}  // namespace governor::ipc
