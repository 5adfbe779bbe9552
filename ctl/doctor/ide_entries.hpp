#pragma once

#include <string>
#include <vector>

#include "ipc/environment.hpp"

namespace governor::ctl {

struct IdeEntry {
  std::string client;   ///< such as "Cursor"
  std::string file;     ///< its configuration
  std::string program;  ///< the governor-proxy that it starts, as it stands there
};

/// Where the clients of this user are told to start governor-proxy. Files are read as text, so one that is
/// damaged is no reason to see nothing of the others.
std::vector<IdeEntry> ide_entries(const ipc::Environment& environment);

}  // namespace governor::ctl
