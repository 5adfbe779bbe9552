#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/deployment.hpp"
#include "core/result.hpp"
#include "daemon/supervisor/git_command.hpp"

namespace governor::daemon {

/// What is to be made, in bytes of the system.
struct WorktreeOrder {
  std::string id;
  std::string working_directory;  ///< in the repository
  std::string base;               ///< empty: the current commit
  std::string directory;          ///< does not exist yet
};

/// The worktrees of deployments, each on a branch of its own. Blocks on the disk and on git.
///
/// What an agent has left in one is never lost without a person's word: it goes only if all is committed, and
/// the commits are on another branch too.
class Worktrees {
 public:
  explicit Worktrees(std::vector<std::string> environment) : environment_(std::move(environment)) {}

  /// What would be made; nothing is made yet. So what is to be cleared up after a crash is on record before.
  [[nodiscard]] core::Result<core::DeploymentWorkspace> plan(const WorktreeOrder& order) const;
  /// Makes it, with the files that `.worktreeinclude` names. Where the agent works in it.
  [[nodiscard]] core::Result<std::string> make(const WorktreeOrder& order,
                                               const core::DeploymentWorkspace& workspace) const;
  /// What was made a moment ago, and nobody has worked in.
  void take_back(const core::DeploymentWorkspace& workspace) const;

  [[nodiscard]] core::Result<std::string> difference(const core::DeploymentWorkspace& workspace,
                                                     std::size_t limit) const;
  [[nodiscard]] core::Result<std::string> merge(const core::DeploymentWorkspace& workspace) const;
  [[nodiscard]] std::optional<core::Error> remove(const core::DeploymentWorkspace& workspace,
                                                  bool by_person) const;

  /// Whether the directory is a git worktree, by what it looks like.
  static bool is_one(const std::string& directory);
  /// What would be lost with a worktree; none: nothing. `ignored_counts`: also what git ignores.
  [[nodiscard]] std::optional<core::Error> find_stray_work(const std::string& directory,
                                                           bool ignored_counts) const;
  /// Only if there is no such work.
  [[nodiscard]] std::optional<core::Error> remove_stray(const std::string& directory,
                                                        bool ignored_counts) const;

  /// `governor/<id>`
  static std::string branch_of(const std::string& id);

 private:
  [[nodiscard]] std::optional<core::Error> find_work(const core::DeploymentWorkspace& workspace) const;
  [[nodiscard]] GitCommand git(const std::string& directory) const { return {directory, environment_}; }

  std::vector<std::string> environment_;
};

}  // namespace governor::daemon
