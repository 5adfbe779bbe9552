#pragma once

#include <map>
#include <string>
#include <vector>

#include "ctl/import/file_tree.hpp"
#include "ctl/import/finding.hpp"

namespace governor::ctl::legacy {

/// A member of a JSON file may have at most so many bytes.
inline constexpr std::size_t kLongestMember = 64 * 1024 * 1024;
/// And an agent's entry in the metadata.
inline constexpr std::size_t kLongestEntry = 16 * 1024 * 1024;

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
Inventory take_inventory(const FileTree& tree, const std::string& agent, Findings& findings);

}  // namespace governor::ctl::legacy
