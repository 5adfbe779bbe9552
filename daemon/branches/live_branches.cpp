#include "daemon/branches/live_branches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/branches/git_patience.hpp"
#include "text/path_text.hpp"
#include "text/shown_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kHeads = "refs/heads/";

/// One of the values that end with a NUL; takes it away.
std::string_view take_value(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\0'), rest.size());
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return value;
}

core::Error no_such_branch(const std::string& name) {
  core::Error error = core::invalid_argument("branches", name, "branches of this repository");
  error.hint = "Name branches as `git branch` does.";
  return error;
}

}  // namespace

std::vector<LiveBranch> read_worktree_list(std::string_view listed) {
  std::vector<LiveBranch> branches;
  LiveBranch branch;
  bool is_there = true;
  while (!listed.empty()) {
    std::string_view line = take_value(listed);
    if (line.empty()) {
      const bool has_commit = branch.commit.find_first_not_of('0') != std::string::npos;
      if (is_there && has_commit) branches.push_back(std::move(branch));
      branch = {};
      is_there = true;
      continue;
    }
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    if (word == "worktree") branch.worktree = text::path_text(line);
    if (word == "HEAD") branch.commit = line;
    if (word == "branch" && line.starts_with(kHeads))
      branch.name = text::path_text(line.substr(kHeads.size()));
    if (word == "bare" || word == "prunable") is_there = false;
  }
  return branches;
}

GitCommand quiet_git(const std::string& directory, const std::vector<std::string>& environment) {
  std::vector<std::string> quiet = environment;
  for (const char* entry :
       {"GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_CONFIG_COUNT=3",
        "GIT_CONFIG_KEY_0=core.hooksPath", "GIT_CONFIG_VALUE_0=/dev/null", "GIT_CONFIG_KEY_1=core.fsmonitor",
        "GIT_CONFIG_VALUE_1=false", "GIT_CONFIG_KEY_2=gc.auto", "GIT_CONFIG_VALUE_2=0"})
    quiet.emplace_back(entry);
  return {directory, std::move(quiet)};
}

core::Result<std::vector<LiveBranch>> find_branches(const GitCommand& git,
                                                    const std::vector<std::string>& named,
                                                    ipc::Deadline deadline) {
  const auto listed = git.ask({"worktree", "list", "--porcelain", "-z"}, git_patience(deadline));
  if (!listed) return listed.error();
  std::vector<LiveBranch> live = read_worktree_list(*listed);
  if (named.empty()) return live;
  std::vector<LiveBranch> branches;
  for (const std::string& name : named) {
    const auto same = [&](const LiveBranch& one) { return one.name == name; };
    if (std::any_of(branches.begin(), branches.end(), same)) continue;
    const auto found = std::find_if(live.begin(), live.end(), same);
    if (found != live.end()) {
      branches.push_back(*found);
      continue;
    }
    const std::string reference = std::string(kHeads) + text::path_bytes(name);
    const auto commit =
        git.run({"rev-parse", "--verify", "--quiet", reference + "^{commit}"}, git_patience(deadline));
    if (!commit) return commit.error();
    if (commit->exit_code != 0) return no_such_branch(name);
    branches.push_back({name, {}, commit->out.substr(0, commit->out.find('\n'))});
  }
  return branches;
}

}  // namespace governor::daemon
