#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/lease.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/tools/tool.hpp"
#include "daemon/watch/git_worktree.hpp"

namespace governor::daemon {

/// What the calls that name paths have in common: the acting agent, and the paths resolved on a file thread.
class PathCall : public ToolCall {
 public:
  PathCall(std::optional<std::string> agent_id, std::vector<std::string> paths)
      : given_agent_(std::move(agent_id)), given_paths_(std::move(paths)) {}

  Step run(CallContext& context) final;

 protected:
  virtual Step run_with_paths(CallContext& context) = 0;
  /// File thread.
  virtual void work(FileServices& files);
  [[nodiscard]] Step work_on_paths();
  /// Then governor's own files are refused.
  [[nodiscard]] virtual bool is_about_writing() const { return false; }
  /// File thread: one of the paths, resolved; why the call fails for it.
  virtual std::optional<core::Error> on_path(const ResolvedPath&, const FileServices&) {
    return std::nullopt;
  }

  [[nodiscard]] bool is_resolved() const { return resolved_; }
  [[nodiscard]] const std::string& agent() const { return agent_; }
  [[nodiscard]] const std::vector<core::LeasePath>& paths() const { return paths_; }
  /// Of the repositories that they lie in.
  [[nodiscard]] const WorktreeLookup& worktrees() const { return worktrees_; }

 private:
  std::optional<std::string> given_agent_;
  std::vector<std::string> given_paths_;
  std::string agent_;
  std::string directory_;
  bool resolved_ = false;
  std::optional<core::Error> failure_;
  std::vector<core::LeasePath> paths_;
  WorktreeLookup worktrees_;
};

}  // namespace governor::daemon
