#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Asks git about the repository around a directory; nothing of it goes through a shell.
class GitRepository {
 public:
  /// Without a directory, the one of the process: in a hook, with what git says in the environment.
  GitRepository(ipc::Environment environment, std::string directory)
      : environment_(std::move(environment)), directory_(std::move(directory)) {}

  /// The absolute path of the checkout.
  ipc::Result<std::string> top_level(ipc::Deadline deadline) const;
  /// The directory in which git looks for hooks, which core.hooksPath and worktrees decide.
  ipc::Result<std::string> hooks_directory(ipc::Deadline deadline) const;
  /// Paths from the top of what the next commit adds, changes or removes; both names of what it renames.
  ipc::Result<std::vector<std::string>> staged_paths(ipc::Deadline deadline) const;

 private:
  ipc::Result<std::string> ask(std::vector<std::string> arguments, ipc::Deadline deadline) const;

  ipc::Environment environment_;
  std::string directory_;
};

}  // namespace governor::ctl
