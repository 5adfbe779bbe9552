#pragma once

#include <optional>
#include <string>

#include "ipc/file_lock.hpp"

namespace governor::daemon {

/// Why this daemon must stop serving: its lock file or its socket is no longer its own. None while all is
/// well. `activated`: the socket belongs to the service manager, so its owner is not checked.
std::optional<std::string> find_lost_ownership(const ipc::FileLock& lock, const std::string& socket_path,
                                               bool activated);

/// Whether the directory lies on a network file system, where neither locks nor syncing can be relied on.
bool is_on_network(const std::string& directory);

}  // namespace governor::daemon
