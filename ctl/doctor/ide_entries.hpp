#pragma once

#include <string>
#include <vector>

#include "ipc/environment.hpp"

namespace governor::ctl {

struct IdeEntry {
  std::string name;     ///< of the client on a command line, such as "cursor"
  std::string client;   ///< for people, such as "Cursor"
  std::string project;  ///< the directory for which it is; empty: for all
  std::string file;     ///< its configuration
  std::string program;  ///< the governor-proxy that it starts, as it stands there
};

/// Where the clients of this user are told to start governor-proxy, for all projects or for the one in this
/// directory (empty: none). Files are read as text, so one that is damaged is no reason to see nothing of the
/// others.
std::vector<IdeEntry> ide_entries(const ipc::Environment& environment, const std::string& project);

}  // namespace governor::ctl
