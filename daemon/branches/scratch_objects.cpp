#include "daemon/branches/scratch_objects.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "daemon/branches/git_patience.hpp"
#include "daemon/branches/live_branches.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSha1Digits = 40;

/// One entry of a list that git splits at colons, see git(1) about GIT_ALTERNATE_OBJECT_DIRECTORIES.
std::string quoted(const std::string& path) {
  if (path.find_first_of(":\"\\\n") == std::string::npos) return path;
  std::string text = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace

core::Result<ScratchObjects> ScratchObjects::make(const std::string& parent, const std::string& repository,
                                                  const std::string& commit) {
  std::error_code error;
  fs::create_directories(parent, error);
  std::string directory = parent + "/XXXXXX";
  if (error || ::mkdtemp(directory.data()) == nullptr) {
    return core::Error(core::ErrorCode::storage_unavailable,
                       fmt::format("No directory can be made in {}: {}.", parent,
                                   error ? error.message() : std::strerror(errno)),
                       "Make room there, or look at its rights.");
  }
  ScratchObjects made(std::move(directory), repository);
  const fs::path git = made.git_directory();
  for (const char* part : {"objects", "refs"}) fs::create_directories(git / part, error);
  std::ofstream(git / "HEAD") << "ref: refs/heads/none\n";
  if (commit.size() > kSha1Digits)
    std::ofstream(git / "config")
        << "[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256\n";
  // Where history was cut off when it was cloned.
  fs::copy_file(fs::path(repository) / "shallow", git / "shallow", error);
  return made;
}

ScratchObjects::ScratchObjects(std::string directory, std::string repository)
    : directory_(std::move(directory)), repository_(std::move(repository)) {}

ScratchObjects::ScratchObjects(ScratchObjects&& other) noexcept
    : directory_(std::exchange(other.directory_, {})), repository_(std::move(other.repository_)) {}

ScratchObjects::~ScratchObjects() {
  std::error_code ignored;
  if (!directory_.empty()) fs::remove_all(directory_, ignored);
}

GitCommand ScratchObjects::git(const std::string& directory, std::vector<std::string> environment) const {
  environment.push_back("GIT_DIR=" + git_directory());
  environment.push_back("GIT_WORK_TREE=" + directory);
  environment.push_back("GIT_ALTERNATE_OBJECT_DIRECTORIES=" + quoted(repository_ + "/objects"));
  for (const char* entry : {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1"})
    environment.emplace_back(entry);
  for (const char* who : {"AUTHOR", "COMMITTER"}) {
    environment.push_back(fmt::format("GIT_{}_NAME=governor", who));
    environment.push_back(fmt::format("GIT_{}_EMAIL=governor@localhost", who));
    environment.push_back(fmt::format("GIT_{}_DATE=@0 +0000", who));
  }
  return quiet_git(directory, environment);
}

core::Result<std::string> ScratchObjects::commit_of_work(const LiveBranch& branch,
                                                         const std::vector<std::string>& environment,
                                                         ipc::Deadline deadline) const {
  const std::string top = text::path_bytes(branch.worktree);
  // A copy: the working tree's own index knows which files have not changed, and stays as it is.
  const auto place =
      quiet_git(top, environment).ask({"rev-parse", "--git-path", "index"}, git_patience(deadline));
  if (!place) return place.error();
  const std::string index = directory_ + "/index";
  if (const auto error = copy_git_index(fs::path(top) / *place, index)) {
    return core::Error(core::ErrorCode::not_found,
                       fmt::format("The index of {} cannot be read: {}.", branch.worktree, error.message()));
  }
  const GitCommand apart = git(top, environment).with_index(index);
  const auto differs = apart.run(
      {"diff", "--quiet", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", branch.commit},
      git_patience(deadline));
  if (!differs) return differs.error();
  if (differs->exit_code == 0) return branch.commit;
  const auto added = apart.ask({"add", "-u", ":/"}, git_patience(deadline));
  if (!added) return added.error();
  const auto tree = apart.ask({"write-tree"}, git_patience(deadline));
  if (!tree) return tree.error();
  return apart.ask({"commit-tree", *tree, "-p", branch.commit, "-m", "uncommitted"}, git_patience(deadline));
}

}  // namespace governor::daemon
