#include "daemon/branches/merge_predictor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "daemon/branches/git_patience.hpp"
#include "daemon/branches/live_branches.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/watch/git_worktree.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMostFiles = 50;
// Exit codes of git.
constexpr int kMergesCleanly = 0;
constexpr int kConflicts = 1;
constexpr int kWrongUsage = 129;

core::Error no_repository(const std::string& directory) {
  core::Error error = core::invalid_argument("repository", directory, "a directory in a git repository");
  error.hint = "Name a directory of the project.";
  return error;
}

/// The names in conflict, behind the merged tree; each ends with a NUL.
std::vector<std::string> names_in_conflict(std::string_view said, std::size_t& count) {
  std::vector<std::string> names;
  for (bool is_tree = true; !said.empty(); is_tree = false) {
    const std::size_t end = std::min(said.find('\0'), said.size());
    const std::string_view name = said.substr(0, end);
    said.remove_prefix(std::min(end + 1, said.size()));
    if (is_tree || name.empty()) continue;
    if (names.size() < kMostFiles) names.push_back(text::path_text(name));
    ++count;
  }
  return names;
}

}  // namespace

MergePredictor::MergePredictor(std::string scratch_directory, std::vector<std::string> environment)
    : scratch_directory_(std::move(scratch_directory)), environment_(std::move(environment)) {
  std::error_code ignored;
  std::filesystem::remove_all(scratch_directory_, ignored);
}

core::Result<MergePrediction> MergePredictor::predict(const std::string& directory,
                                                      const std::vector<std::string>& named,
                                                      ipc::Deadline deadline) {
  const auto resolved = resolve_path(directory + "/", {});
  if (!resolved) return core::Error(resolved.error());
  const auto place = find_repository(resolved->path.substr(0, resolved->path.rfind('/')));
  if (!place) return no_repository(directory);
  const std::string top = text::path_bytes(place->worktree.top);
  auto branches = find_branches(quiet_git(top, environment_), named, deadline);
  if (!branches) return std::move(branches.error());
  MergePrediction prediction;
  prediction.repository = place->repository;
  prediction.branches = *std::move(branches);
  if (prediction.branches.size() > MergePrediction::kMostBranches) {
    prediction.omitted = prediction.branches.size() - MergePrediction::kMostBranches;
    prediction.branches.resize(MergePrediction::kMostBranches);
  }
  if (prediction.branches.size() < 2) return prediction;
  const auto scratch = ScratchObjects::make(scratch_directory_, text::path_bytes(place->repository),
                                            prediction.branches.front().commit);
  if (!scratch) return core::Error(scratch.error());
  for (LiveBranch& branch : prediction.branches) {
    if (branch.worktree.empty() || deadline.expired()) continue;
    // What cannot be read of the work is no reason not to compare what is committed.
    auto commit = scratch->commit_of_work(branch, environment_, deadline);
    if (!commit) continue;
    branch.uncommitted = *commit != branch.commit;
    branch.commit = *std::move(commit);
  }
  for (std::size_t first = 0; first < prediction.branches.size(); ++first) {
    for (std::size_t second = first + 1; second < prediction.branches.size(); ++second) {
      PairPrediction pair{first, second};
      predict_pair(*scratch, top, prediction, pair, deadline);
      prediction.pairs.push_back(std::move(pair));
    }
  }
  return prediction;
}

void MergePredictor::predict_pair(const ScratchObjects& scratch, const std::string& top,
                                  MergePrediction& prediction, PairPrediction& pair, ipc::Deadline deadline) {
  const std::string& first = prediction.branches[pair.first].commit;
  const std::string& second = prediction.branches[pair.second].commit;
  const Commits commits = std::minmax(first, second);
  const auto apply = [&pair](const Known& known) {
    pair.outcome = known.outcome;
    pair.files = known.files;
    pair.file_count = known.file_count;
  };
  if (first == second) return apply({MergeOutcome::clean, {}, 0});
  if (const auto known = recall(commits)) return apply(*known);
  if (deadline.expired()) {
    pair.why = "there was no time to look; ask again";
    return;
  }
  const auto said =
      scratch.git(top, environment_)
          .run({"merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", first, second},
               git_patience(deadline));
  if (!said) {
    pair.why = said.error().message;
  } else if (said->exit_code == kMergesCleanly || said->exit_code == kConflicts) {
    Known known;
    known.outcome = said->exit_code == kConflicts ? MergeOutcome::conflict : MergeOutcome::clean;
    if (said->exit_code == kConflicts) known.files = names_in_conflict(said->out, known.file_count);
    apply(known);
    remember(commits, std::move(known));
  } else if (said->exit_code == kWrongUsage) {
    pair.why = "this git is older than 2.38 and cannot say";
  } else {
    pair.why = text::path_text(said->err.substr(0, said->err.find('\n')));
  }
}

std::optional<MergePredictor::Known> MergePredictor::recall(const Commits& commits) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(commits);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void MergePredictor::remember(const Commits& commits, Known known) {
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMostRemembered) known_.clear();
  known_.insert_or_assign(commits, std::move(known));
  ++merges_;
}

std::size_t MergePredictor::merges() const {
  const std::lock_guard lock(mutex_);
  return merges_;
}

}  // namespace governor::daemon
