#include "daemon/supervisor/worktree.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/supervisor/worktree_include.hpp"
#include "daemon/support/valid_utf8.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

using core::DeploymentWorkspace;
using core::Error;
using core::ErrorCode;

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string repository_of(const DeploymentWorkspace& workspace) {
  return text::path_bytes(workspace.repository);
}

std::string directory_of(const DeploymentWorkspace& workspace) {
  return text::path_bytes(workspace.directory);
}

Error no_worktree(const DeploymentWorkspace& workspace) {
  return Error(ErrorCode::not_found,
               workspace.mode == core::WorkspaceMode::shared
                   ? std::string("The deployment works in the project itself and has no worktree.")
                   : fmt::format("The worktree {} is not there any more.", workspace.directory),
               workspace.branch.empty() ? std::string()
                                        : fmt::format("Its commits are on the branch {}.", workspace.branch));
}

}  // namespace

std::string Worktrees::branch_of(const std::string& id) {
  return "governor/" + id;
}

core::Result<DeploymentWorkspace> Worktrees::plan(const WorktreeOrder& order) const {
  const GitCommand here = git(order.working_directory);
  const auto top = here.ask({"rev-parse", "--show-toplevel"});
  if (!top && top.error().code != ErrorCode::conflict) return top.error();
  if (!top)
    return Error(ErrorCode::invalid_argument,
                 fmt::format("{} is in no git repository, so there can be no worktree of it.",
                             text::path_text(order.working_directory)),
                 "Ask for the workspace \"shared\", or make a repository with git init and a first commit.");
  const std::string base = order.base.empty() ? "HEAD" : order.base;
  const auto full_name = here.ask({"rev-parse", "--symbolic-full-name", "--verify", "--quiet", base, "--"});
  if (base.starts_with('-') || (full_name && full_name->starts_with("refs/remotes/")))
    return Error(
        ErrorCode::invalid_argument,
        fmt::format("The base \"{}\" is no commit or local branch of the repository.", base),
        "A remote's branch may be behind or ahead of what is here: make a local branch of it first.");
  const auto commit = here.ask({"rev-parse", "--verify", "--quiet", base + "^{commit}"});
  if (!commit)
    return Error(
        ErrorCode::invalid_argument,
        fmt::format("The base \"{}\" is no commit or local branch of {}.", base, text::path_text(*top)),
        order.base.empty() ? "Make a first commit." : "Name a commit or a local branch.");
  DeploymentWorkspace workspace;
  workspace.mode = core::WorkspaceMode::worktree;
  workspace.directory = text::path_text(order.directory);
  workspace.repository = text::path_text(*top);
  workspace.branch = branch_of(order.id);
  workspace.base_commit = *commit;
  return workspace;
}

core::Result<std::string> Worktrees::make(const WorktreeOrder& order,
                                          const DeploymentWorkspace& workspace) const {
  const std::string top = repository_of(workspace);
  std::error_code error;
  const std::string parent = std::filesystem::path(order.directory).parent_path();
  std::filesystem::create_directories(parent, error);
  if (error)
    return Error(ErrorCode::internal_error,
                 fmt::format("The directory {} for worktrees cannot be made: {}.", parent, error.message()));
  const GitCommand here = git(top);
  const auto added =
      here.ask({"worktree", "add", "--quiet", "-b", workspace.branch, order.directory, workspace.base_commit},
               GitCommand::kLong);
  if (!added) return added.error();
  if (auto wrong = copy_included_files(here, top, order.directory)) return *std::move(wrong);
  // Where the caller is in the repository, the agent is in its worktree.
  const auto below = git(order.working_directory).ask({"rev-parse", "--show-prefix"});
  std::string place = order.directory;
  if (below && !below->empty() && is_directory(order.directory + "/" + *below))
    place += "/" + below->substr(0, below->size() - 1);
  return place;
}

void Worktrees::take_back(const DeploymentWorkspace& workspace) const {
  const GitCommand here = git(repository_of(workspace));
  static_cast<void>(here.run({"worktree", "remove", "--force", "--force", directory_of(workspace)}));
  static_cast<void>(here.run({"worktree", "prune"}));
  // Only as long as it is where it began: nobody has worked on it.
  const auto tip = here.ask({"rev-parse", "--verify", "--quiet", "refs/heads/" + workspace.branch});
  if (tip && *tip == workspace.base_commit)
    static_cast<void>(
        here.run({"update-ref", "-d", "refs/heads/" + workspace.branch, workspace.base_commit}));
}

core::Result<std::string> Worktrees::difference(const DeploymentWorkspace& workspace,
                                                std::size_t limit) const {
  if (workspace.mode != core::WorkspaceMode::worktree) return no_worktree(workspace);
  const std::string directory = directory_of(workspace);
  core::Result<std::string> text = std::string();
  if (is_directory(directory)) {
    const GitCommand here = git(directory);
    const auto own = here.ask({"rev-parse", "--absolute-git-dir"});
    if (!own) return own.error();
    // New files are shown too, and the worktree's index stays as it is.
    const std::string index = *own + "/governor-index";
    if (const auto error = copy_git_index(*own + "/index", index))
      return Error(ErrorCode::not_found,
                   fmt::format("The index of {} cannot be read: {}.", workspace.directory, error.message()));
    const GitCommand aside = here.with_index(index);
    const auto noted = aside.ask({"add", "--intent-to-add", "--all", "."});
    text = noted ? aside.ask({"diff", "--no-color", "--no-ext-diff", workspace.base_commit}) : noted;
    ::unlink(index.c_str());
  } else {
    text = git(repository_of(workspace))
               .ask({"diff", "--no-color", "--no-ext-diff", workspace.base_commit,
                     "refs/heads/" + workspace.branch, "--"});
  }
  if (!text) return text.error();
  if (text->size() > limit) {
    const std::size_t all = text->size();
    text->resize(limit);
    return valid_utf8(*text) + fmt::format("\n... {} more bytes\n", all - limit);
  }
  return valid_utf8(*text);
}

core::Result<std::string> Worktrees::merge(const DeploymentWorkspace& workspace) const {
  if (workspace.mode != core::WorkspaceMode::worktree) return no_worktree(workspace);
  if (is_directory(directory_of(workspace))) {
    const auto changed = git(directory_of(workspace)).ask({"status", "--porcelain"});
    if (!changed) return changed.error();
    if (!changed->empty())
      return Error(ErrorCode::conflict,
                   fmt::format("The worktree {} has changes that are not committed, and would not be merged.",
                               workspace.directory),
                   "Commit them there, or throw them away, then merge again.");
  }
  const GitCommand here = git(repository_of(workspace));
  const auto branch = here.ask({"rev-parse", "--verify", "--quiet", "refs/heads/" + workspace.branch});
  if (!branch)
    return Error(ErrorCode::not_found, fmt::format("The branch {} is not there any more.", workspace.branch));
  const auto head_of_merge = [&here] { return here.ask({"rev-parse", "--verify", "--quiet", "MERGE_HEAD"}); };
  if (head_of_merge())
    return Error(ErrorCode::conflict,
                 fmt::format("In {} another merge has begun and is not concluded.", workspace.repository),
                 "Conclude it with git commit, or give it up with git merge --abort.");
  // Without touching anything: whether it goes.
  const auto tried =
      here.run({"merge-tree", "--write-tree", "--name-only", "--no-messages", "HEAD", *branch});
  if (!tried) return tried.error();
  if (tried->exit_code == 1) {
    const std::size_t tree = std::min(tried->out.find('\n'), tried->out.size());
    return Error(ErrorCode::conflict,
                 fmt::format("The branch {} does not merge into what is checked out in {}; in conflict:{}",
                             workspace.branch, workspace.repository, valid_utf8(tried->out.substr(tree))),
                 "Nothing has changed. Merge what is checked out into the branch first, in its worktree.");
  }
  const auto merged =
      here.ask({"merge", "--no-edit", *branch, "-m", fmt::format("Merge branch '{}'", workspace.branch)},
               GitCommand::kLong);
  if (merged) return valid_utf8(*merged);
  // A hook may have refused it halfway. Nobody else's merge is given up.
  if (const auto begun = head_of_merge(); begun && *begun == *branch)
    static_cast<void>(here.run({"merge", "--abort"}));
  return merged.error();
}

std::optional<Error> Worktrees::remove(const DeploymentWorkspace& workspace, bool by_person) const {
  if (workspace.mode != core::WorkspaceMode::worktree) return no_worktree(workspace);
  const std::string directory = directory_of(workspace);
  const GitCommand here = git(repository_of(workspace));
  if (is_directory(directory)) {
    if (!by_person) {
      if (auto kept = find_work(workspace)) return kept;
    }
    std::vector<std::string> words{"worktree", "remove"};
    if (by_person) words.insert(words.end(), {"--force", "--force"});
    words.push_back(directory);
    if (const auto removed = here.ask(std::move(words), GitCommand::kLong); !removed) return removed.error();
  } else {
    static_cast<void>(here.run({"worktree", "prune"}));
  }
  const std::string branch = "refs/heads/" + workspace.branch;
  const auto own =
      here.ask({"rev-list", "--count", branch, "--not", "--exclude=" + branch, "--glob=refs/*", "--"});
  if (own && *own == "0") static_cast<void>(here.run({"update-ref", "-d", branch}));
  return std::nullopt;
}

/// What would be lost with it. Also commits that are on no branch; those on its own branch stay there, but
/// whether they are wanted is a person's to say.
std::optional<Error> Worktrees::find_work(const DeploymentWorkspace& workspace) const {
  const GitCommand inside = git(directory_of(workspace));
  const auto changed = inside.ask({"status", "--porcelain"});
  if (!changed) return changed.error();
  const auto unmerged = inside.ask({"rev-list", "--count", "HEAD", "refs/heads/" + workspace.branch, "--not",
                                    "--exclude=refs/heads/" + workspace.branch, "--glob=refs/*", "--"});
  if (!unmerged) return unmerged.error();
  if (changed->empty() && *unmerged == "0") return std::nullopt;
  const std::string what = changed->empty() ? fmt::format("{} commits that are on no other branch", *unmerged)
                                            : std::string("changes that are not committed");
  return Error(ErrorCode::conflict, fmt::format("The worktree {} has {}.", workspace.directory, what),
               "A person decides: merge it, or discard it with governorctl deployments discard.");
}

bool Worktrees::is_one(const std::string& directory) {
  struct stat status {};
  return is_directory(directory) && ::lstat((directory + "/.git").c_str(), &status) == 0 &&
         S_ISREG(status.st_mode);
}

std::optional<Error> Worktrees::find_stray_work(const std::string& directory, bool ignored_counts) const {
  const GitCommand inside = git(directory);
  const auto changed = inside.ask({"status", "--porcelain", ignored_counts ? "--ignored" : "--ignored=no"});
  if (!changed) return changed.error();
  if (!changed->empty())
    return Error(ErrorCode::conflict, "it has files that are not committed.",
                 "Commit or remove them, or remove it with git worktree remove.");
  const auto branch = inside.ask({"symbolic-ref", "--quiet", "HEAD"});
  std::vector<std::string> words{"rev-list", "--count", "HEAD", "--not"};
  if (branch) words.push_back("--exclude=" + *branch);
  words.insert(words.end(), {"--glob=refs/*", "--"});
  const auto own = inside.ask(std::move(words));
  if (!own) return own.error();
  if (*own == "0") return std::nullopt;
  return Error(ErrorCode::conflict, fmt::format("{} of its commits are on no other branch.", *own),
               "Merge them, or remove it with git worktree remove.");
}

std::optional<Error> Worktrees::remove_stray(const std::string& directory, bool ignored_counts) const {
  if (auto work = find_stray_work(directory, ignored_counts)) return work;
  const GitCommand inside = git(directory);
  const auto repository = inside.ask({"rev-parse", "--path-format=absolute", "--git-common-dir"});
  if (!repository) return repository.error();
  const auto branch = inside.ask({"symbolic-ref", "--quiet", "HEAD"});
  const auto tip = inside.ask({"rev-parse", "--verify", "--quiet", "HEAD"});
  const GitCommand here = git(*repository);
  if (const auto removed = here.ask({"worktree", "remove", directory}, GitCommand::kLong); !removed)
    return removed.error();
  // Ours alone, and only as long as it is where it was when nothing was found on it.
  if (branch && tip && branch->starts_with("refs/heads/governor/"))
    static_cast<void>(here.run({"update-ref", "-d", *branch, *tip}));
  return std::nullopt;
}

}  // namespace governor::daemon
