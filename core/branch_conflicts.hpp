#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/repository_path.hpp"

namespace governor::core {

/// Two branches that do not merge, as it was predicted.
struct BranchConflict {
  Worktree first;
  Worktree second;
  std::vector<std::string> files;  ///< below the top; at most some
  std::size_t file_count = 0;

  [[nodiscard]] bool concerns(const std::string& top) const { return first.top == top || second.top == top; }
  [[nodiscard]] const Worktree& other_than(const std::string& top) const {
    return first.top == top ? second : first;
  }
};

/// What was found out about the branches of one repository.
struct BranchLook {
  std::string repository;
  std::vector<Worktree> worktrees;  ///< those that were looked at
  std::vector<BranchConflict> conflicts;
  std::vector<std::pair<std::string, std::string>> unsure;  ///< pairs of tops of which nothing is known
};

/// The name of a branch, or where something else than a branch is worked on.
const std::string& branch_text(const Worktree& worktree);
/// `parser.py, a.py and 3 more`
std::string conflict_files_text(const BranchConflict& conflict);

/// Which branches will not merge, and where it has to be looked again. Not stored: the next commit says it
/// anew.
class BranchConflicts {
 public:
  static constexpr std::size_t kMostWanted = 64;
  /// A look that has not ended by then never will.
  static constexpr std::int64_t kLongestLookUs = 120'000'000;

  /// Something has changed in this working tree.
  void want(const std::string& directory);
  /// The next place where to look; none while a look is under way.
  std::optional<std::string> begin_look(std::int64_t now_us);
  void end_look() { looking_since_us_ = 0; }
  [[nodiscard]] bool is_wanted() const { return !wanted_.empty(); }

  void replace(BranchLook look);
  /// Those in which the working tree with this top has a part; valid until the next change.
  [[nodiscard]] std::vector<const BranchConflict*> of_worktree(const std::string& top) const;
  /// All working trees of its repository, as they were looked at.
  [[nodiscard]] std::vector<Worktree> beside(const std::string& top) const;

 private:
  std::vector<std::string> wanted_;  ///< oldest first
  std::int64_t looking_since_us_ = 0;
  std::map<std::string, BranchLook> looks_;  ///< by repository
};

}  // namespace governor::core
