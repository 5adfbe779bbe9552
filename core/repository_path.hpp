#pragma once

#include <string>

#include "core/path_pattern.hpp"

namespace governor::core {

/// A working tree of a git repository: the main one, or one that `git worktree add` has made.
struct Worktree {
  std::string top;
  std::string branch;  ///< that is checked out there; empty: none, or it is not known
};

/// Where a path lies in a git repository, in whichever of its working trees: what leases by real paths cannot
/// see, two agents that write the same file in two working trees, has the same one.
struct RepositoryPath {
  std::string repository{};                     ///< its common directory; empty: the path lies in none
  Worktree worktree{};                          ///< in which it lies, as it was found
  PathPattern path = PathPattern::literal("");  ///< below the top, from a slash on
  /// Leases in other working trees are in the way, as the configuration has it.
  bool is_exclusive = false;

  [[nodiscard]] bool is_known() const { return !repository.empty(); }
  /// Whether there is, or could be, a file of the repository that both mean, each in a working tree of its
  /// own.
  [[nodiscard]] bool meets(const RepositoryPath& other) const {
    return is_known() && repository == other.repository && worktree.top != other.worktree.top &&
           path.overlaps(other.path);
  }
};

}  // namespace governor::core
