// The daemon's own look at branches, when something was committed or written that may not merge.
#include <spdlog/spdlog.h>

#include <utility>

#include "daemon/branches/merge_predictor.hpp"
#include "daemon/tools/coordination/tools.hpp"
#include "daemon/watch/git_worktree.hpp"

namespace governor::daemon {
namespace {

/// Below the limit of work on files.
constexpr std::chrono::seconds kLookPatience{20};

core::Worktree worktree_of(const LiveBranch& branch) {
  return {branch.worktree, branch.name};
}

core::BranchLook look_of(MergePrediction prediction) {
  core::BranchLook look;
  look.repository = std::move(prediction.repository);
  for (const LiveBranch& branch : prediction.branches) look.worktrees.push_back(worktree_of(branch));
  for (PairPrediction& pair : prediction.pairs) {
    const LiveBranch& first = prediction.branches[pair.first];
    const LiveBranch& second = prediction.branches[pair.second];
    if (pair.outcome == MergeOutcome::unknown) look.unsure.emplace_back(first.worktree, second.worktree);
    if (pair.outcome == MergeOutcome::conflict) {
      look.conflicts.push_back(
          {worktree_of(first), worktree_of(second), std::move(pair.files), pair.file_count});
    }
  }
  return look;
}

class MergeLookCall final : public ToolCall {
 public:
  MergeLookCall(MergePredictor& merges, std::string directory)
      : merges_(merges), directory_(std::move(directory)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      look_.reset();
      Work work{[this](FileServices&) { look(); }};
      work.lane = kGitLane;
      return work;
    }
    context.state.branch_conflicts().end_look();
    if (look_)
      context.state.record_branches(*std::exchange(look_, std::nullopt), context.now_us, context.changes);
    return Answer(std::string("{}"), Depends::nothing);
  }

  void finish_unseen(CallContext& context) override { context.state.branch_conflicts().end_look(); }

 private:
  void look() {
    // Most repositories have one working tree: for those git is not even started.
    const auto place = find_repository(directory_);
    if (!place) return;
    if (worktrees_of(place->repository).size() < 2) {
      look_.emplace().repository = place->repository;
      return;
    }
    auto prediction = merges_.predict(directory_, {}, ipc::Deadline::after(kLookPatience));
    if (!prediction) {
      spdlog::info("whether the branches at {} merge cannot be told: {}", directory_,
                   prediction.error().message);
      return;
    }
    look_ = look_of(*std::move(prediction));
  }

  MergePredictor& merges_;
  std::string directory_;
  std::optional<core::BranchLook> look_;
};

}  // namespace

std::unique_ptr<ToolCall> make_merge_look_call(core::State& state, MergePredictor& merges,
                                               std::int64_t now_us) {
  auto directory = state.branch_conflicts().begin_look(now_us);
  if (!directory) return nullptr;
  return std::make_unique<MergeLookCall>(merges, *std::move(directory));
}

}  // namespace governor::daemon
