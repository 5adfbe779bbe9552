#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "daemon/branches/merge_prediction.hpp"
#include "daemon/supervisor/git_command.hpp"
#include "ipc/deadline.hpp"

namespace governor::daemon {

/// The working trees with a commit, of what `git worktree list --porcelain -z` says.
std::vector<LiveBranch> read_worktree_list(std::string_view listed);

/// For git in this directory: it asks nobody, runs no hook, fetches nothing and leaves no trace.
GitCommand quiet_git(const std::string& directory, const std::vector<std::string>& environment);

/// The branches of a repository's working trees as they are committed, or those named, which need none.
core::Result<std::vector<LiveBranch>> find_branches(const GitCommand& git,
                                                    const std::vector<std::string>& named,
                                                    ipc::Deadline deadline);

}  // namespace governor::daemon
