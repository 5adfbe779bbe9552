#pragma once

#include <map>
#include <string>
#include <vector>

#include "ctl/import/finding.hpp"
#include "ctl/records/file_tree.hpp"

namespace governor::ctl::legacy {

/// The files of one agent, by name.
struct AgentFiles {
  std::string state;
  std::vector<std::string> exports;
};

/// Which file is about what.
struct Inventory {
  std::vector<std::string> metadata;    ///< at most one
  std::vector<std::string> superseded;  ///< other metadata, which may name agents that are nowhere else
  std::map<std::string, AgentFiles> agents;
  std::size_t files = 0;  ///< that are read
};

/// Sorts out the files of the tree. `agent`, where not empty, is whom a single file is about.
Inventory take_inventory(const records::FileTree& tree, const std::string& agent, Findings& findings);

}  // namespace governor::ctl::legacy
