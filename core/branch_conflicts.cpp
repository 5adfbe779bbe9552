#include "core/branch_conflicts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace governor::core {

const std::string& branch_text(const Worktree& worktree) {
  return worktree.branch.empty() ? worktree.top : worktree.branch;
}

std::string conflict_files_text(const BranchConflict& conflict) {
  constexpr std::size_t kShownFiles = 3;
  std::string text;
  const std::size_t shown = std::min(conflict.files.size(), kShownFiles);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + conflict.files[i];
  if (conflict.file_count > shown) text += fmt::format(" and {} more", conflict.file_count - shown);
  return text;
}

void BranchConflicts::want(const std::string& directory) {
  if (directory.empty() || std::find(wanted_.begin(), wanted_.end(), directory) != wanted_.end()) return;
  if (wanted_.size() < kMostWanted) wanted_.push_back(directory);
}

std::optional<std::string> BranchConflicts::begin_look(std::int64_t now_us) {
  const bool is_looking = looking_since_us_ != 0 && now_us - looking_since_us_ < kLongestLookUs;
  if (wanted_.empty() || is_looking) return std::nullopt;
  looking_since_us_ = now_us;
  std::string next = std::move(wanted_.front());
  wanted_.erase(wanted_.begin());
  return next;
}

void BranchConflicts::replace(BranchLook look) {
  const auto found = looks_.find(look.repository);
  if (found != looks_.end()) {
    for (BranchConflict& known : found->second.conflicts) {
      const bool is_unsure = std::any_of(look.unsure.begin(), look.unsure.end(), [&](const auto& pair) {
        return known.concerns(pair.first) && known.other_than(pair.first).top == pair.second;
      });
      if (is_unsure) look.conflicts.push_back(std::move(known));
    }
    looks_.erase(found);
  }
  std::string repository = look.repository;
  if (!look.conflicts.empty()) looks_.emplace(std::move(repository), std::move(look));
}

std::vector<const BranchConflict*> BranchConflicts::of_worktree(const std::string& top) const {
  std::vector<const BranchConflict*> found;
  for (const auto& [repository, look] : looks_) {
    for (const BranchConflict& conflict : look.conflicts)
      if (conflict.concerns(top)) found.push_back(&conflict);
  }
  return found;
}

std::vector<Worktree> BranchConflicts::beside(const std::string& top) const {
  for (const auto& [repository, look] : looks_) {
    if (std::any_of(look.worktrees.begin(), look.worktrees.end(),
                    [&](const Worktree& one) { return one.top == top; }))
      return look.worktrees;
  }
  return {};
}

}  // namespace governor::core
