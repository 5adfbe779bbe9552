#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Absolute paths.
struct GitPlaces {
  std::string top;     ///< of the checkout
  std::string common;  ///< git's own directory, which all worktrees share
  std::string hooks;   ///< where git looks for hooks, which core.hooksPath and worktrees decide
};

/// Asks git about the repository around a directory; nothing of it goes through a shell.
class GitRepository {
 public:
  /// Without a directory, the one of the process: in a hook, with what git says in the environment.
  GitRepository(ipc::Environment environment, std::string directory)
      : environment_(std::move(environment)), directory_(std::move(directory)) {}

  /// The absolute path of the checkout.
  ipc::Result<std::string> top_level(ipc::Deadline deadline) const;
  ipc::Result<GitPlaces> places(ipc::Deadline deadline) const;
  /// Whether git has this file in its index: then it is everybody's who has the repository.
  ipc::Result<bool> is_tracked(const std::string& path, ipc::Deadline deadline) const;
  /// Paths from the top of what the next commit adds, changes or removes; both names of what it renames.
  ipc::Result<std::vector<std::string>> staged_paths(ipc::Deadline deadline) const;
  /// Whether git is making commits out of others: a cherry-pick, a revert or a rebase, for which it runs no
  /// pre-commit hook.
  ipc::Result<bool> is_between_commits(ipc::Deadline deadline) const;

 private:
  ipc::Result<std::string> ask(std::vector<std::string> arguments, ipc::Deadline deadline) const;

  ipc::Environment environment_;
  std::string directory_;
};

}  // namespace governor::ctl
