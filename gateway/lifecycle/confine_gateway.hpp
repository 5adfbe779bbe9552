#pragma once

#include <string>
#include <vector>

#include "ipc/paths.hpp"

namespace governor::gateway {

/// Confines the whole process, which has one thread yet: it writes into governor's own directories only,
/// starts no program and makes no socket but Unix sockets, besides those it listens on already. What this
/// system does not offer is said in the log and returned. `socket_path`: one that is removed at the end; may
/// be empty.
std::vector<std::string> confine_gateway(const ipc::Paths& paths, const std::string& socket_path);

}  // namespace governor::gateway
