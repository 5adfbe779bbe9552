#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/lease.hpp"
#include "daemon/files/real_path.hpp"

namespace governor::daemon {

// What git's own files say of working trees, read without starting git. File threads: blocks on the disk.

/// All working trees of a repository that are there, by its common directory (a text, see
/// `text::path_text`); at most some.
std::vector<core::Worktree> worktrees_of(const std::string& repository);

/// The working tree and repository of a directory, which may not exist yet; none: it lies in none. `path` is
/// not filled in.
std::optional<core::RepositoryPath> find_repository(const std::string& directory);

/// Finds where the paths of one call lie in repositories, and remembers what it has looked at.
class WorktreeLookup {
 public:
  /// What `lease_path` gives, with its place in the repository.
  core::LeasePath locate(const ResolvedPath& resolved);
  /// Of a repository in which a path was located; any thread. Else none.
  [[nodiscard]] const std::vector<core::Worktree>& worktrees(const std::string& repository) const;

 private:
  std::map<std::string, std::optional<core::RepositoryPath>> places_;  ///< by directory
  std::map<std::string, std::vector<core::Worktree>> worktrees_;       ///< by repository
};

}  // namespace governor::daemon
