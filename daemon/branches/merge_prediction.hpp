#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace governor::daemon {

/// A branch that somebody works on, as what is there of it now.
struct LiveBranch {
  std::string name;      ///< empty: no branch is checked out
  std::string worktree;  ///< its top; empty: none has it checked out
  std::string commit;    ///< what is merged: its newest commit, or one that holds what is not committed yet
  bool uncommitted = false;

  /// For people: the branch, or else where it is worked on.
  [[nodiscard]] const std::string& text() const { return name.empty() ? worktree : name; }
};

enum class MergeOutcome : std::uint8_t { clean, conflict, unknown };

/// Whether two branches merge.
struct PairPrediction {
  std::size_t first = 0;  ///< places in `MergePrediction::branches`
  std::size_t second = 0;
  MergeOutcome outcome = MergeOutcome::unknown;
  std::vector<std::string> files{};  ///< in conflict; at most some
  std::size_t file_count = 0;
  std::string why{};  ///< it is unknown
};

struct MergePrediction {
  static constexpr std::size_t kMostBranches = 20;

  std::string repository;  ///< its common directory
  std::vector<LiveBranch> branches;
  std::size_t omitted = 0;  ///< branches beyond the most
  std::vector<PairPrediction> pairs;
};

}  // namespace governor::daemon
