#include "daemon/shared/shared_places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/branches/live_branches.hpp"
#include "daemon/files/fold_name.hpp"
#include "daemon/watch/git_worktree.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::chrono::seconds kGitPatience{20};
/// A failure may be over by then.
constexpr std::chrono::seconds kFailureLasts{5};
constexpr std::size_t kMostKnown = 1024;

core::Error no_workspace(const std::string& top, const std::string& why) {
  core::Error error(
      core::ErrorCode::conflict,
      fmt::format("{} is to be shared with other machines, and it cannot be told as which workspace: {}.",
                  top, why),
      "Give it a name in the configuration, the same on all machines: \"shared\": {\"workspaces\": "
      "[{\"top\": "
      "…, \"name\": …}]}.");
  error.field = "path";
  return error;
}

/// The commit at which the main line begins: branches begin there too, unless they were begun apart.
core::Result<std::string> first_commit(const core::RepositoryPath& path,
                                       const std::vector<std::string>& environment) {
  std::error_code error;
  if (std::filesystem::exists(text::path_bytes(path.repository) + "/shallow", error))
    return no_workspace(path.worktree.top, "the clone is shallow and does not have its first commit");
  const GitCommand git = quiet_git(text::path_bytes(path.worktree.top), environment);
  const auto commits = git.ask({"rev-list", "--first-parent", "--max-parents=0", "HEAD"}, kGitPatience);
  if (!commits) return no_workspace(path.worktree.top, "git says: " + commits.error().message);
  std::string first = commits->substr(0, commits->find('\n'));
  const bool is_commit =
      first.size() >= 40 && first.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_commit) return no_workspace(path.worktree.top, "it has no commit yet");
  return first;
}

/// What all machines compare, whether their file systems heed the case of letters or not.
core::PathPattern in_common_letters(const core::PathPattern& path) {
  std::string folded = fold_name(path.text());
  const bool has_wildcards = !path.is_literal() || folded.find('*') != std::string::npos;
  return has_wildcards ? core::PathPattern::glob(std::move(folded))
                       : core::PathPattern::literal(std::move(folded));
}

}  // namespace

core::Result<std::string> SharedPlaces::find_workspace(const core::RepositoryPath& path) const {
  for (const SharedPlace& place : settings_.places) {
    const auto repository = find_repository(place.top);
    if (!repository || repository->repository != path.repository) continue;
    return place.name.empty() ? first_commit(path, git_environment_) : "name:" + place.name;
  }
  if (settings_.all) return first_commit(path, git_environment_);
  return std::string();
}

std::optional<core::Error> SharedPlaces::share(core::LeasePath& path) {
  if (!path.in_repository.is_known()) return std::nullopt;
  const auto now = Clock::now();
  std::optional<core::Result<std::string>> workspace;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(path.in_repository.repository);
    if (found != known_.end() && (found->second.workspace || now - found->second.since < kFailureLasts))
      workspace = found->second.workspace;
  }
  if (!workspace) {
    workspace = find_workspace(path.in_repository);
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMostKnown) known_.clear();
    known_.insert_or_assign(path.in_repository.repository, Known{*workspace, now});
  }
  if (!*workspace) return workspace->error();
  if ((*workspace)->empty()) return std::nullopt;
  path.shared.workspace = **workspace;
  path.shared.path = in_common_letters(path.in_repository.path);
  return std::nullopt;
}

}  // namespace governor::daemon
