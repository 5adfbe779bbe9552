#pragma once

#include <string>

namespace governor::daemon {

/// Whether the directory lies on a network file system, where neither locks nor syncing can be relied on.
bool is_on_network(const std::string& directory);

}  // namespace governor::daemon
