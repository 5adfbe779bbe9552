#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "daemon/branches/merge_prediction.hpp"
#include "daemon/branches/scratch_objects.hpp"
#include "ipc/deadline.hpp"

namespace governor::daemon {

/// Finds out which branches of a repository will not merge, without changing anything in it: git merges them
/// in memory and writes what it makes elsewhere. What two commits give is remembered, so that the next look
/// at many branches is cheap. Any thread; blocks on git.
class MergePredictor {
 public:
  /// In bytes of the system. What a daemon before has left in the directory goes.
  MergePredictor(std::string scratch_directory, std::vector<std::string> environment);

  /// Of the repository that the directory (a text) lies in: all branches of its working trees, with what is
  /// not committed there, or those named. What is not known at the deadline is unknown.
  core::Result<MergePrediction> predict(const std::string& directory, const std::vector<std::string>& named,
                                        ipc::Deadline deadline);
  [[nodiscard]] std::size_t merges() const;  ///< that git was asked about

 private:
  static constexpr std::size_t kMostRemembered = 8192;

  using Commits = std::pair<std::string, std::string>;  ///< in their order as texts
  struct Known {
    MergeOutcome outcome = MergeOutcome::unknown;
    std::vector<std::string> files;
    std::size_t file_count = 0;
  };

  void predict_pair(const ScratchObjects& scratch, const std::string& top, MergePrediction& prediction,
                    PairPrediction& pair, ipc::Deadline deadline);
  [[nodiscard]] std::optional<Known> recall(const Commits& commits) const;
  void remember(const Commits& commits, Known known);

  const std::string scratch_directory_;
  const std::vector<std::string> environment_;
  mutable std::mutex mutex_;
  std::map<Commits, Known> known_;
  std::size_t merges_ = 0;
};

}  // namespace governor::daemon
