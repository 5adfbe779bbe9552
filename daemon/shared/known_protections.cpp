#include "daemon/shared/known_protections.hpp"

#include <algorithm>
#include <utility>

#include "daemon/shared/workspace_database.hpp"

namespace governor::daemon {
namespace {

bool is_about(const core::PathPattern& pattern, const SharedQuestion& question) {
  return std::any_of(question.guarded.begin(), question.guarded.end(),
                     [&](const core::PathPattern& wanted) { return wanted.overlaps(pattern); });
}

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

/// Whether the database would name it.
bool is_near(const core::PathPattern& pattern, const SharedQuestion& question) {
  const std::string prefix = prefix_of(pattern);
  return std::any_of(question.guarded.begin(), question.guarded.end(), [&](const core::PathPattern& wanted) {
    const std::string wanted_prefix = prefix_of(wanted);
    return is_below(prefix, wanted_prefix) || is_below(wanted_prefix, prefix);
  });
}

}  // namespace

std::vector<std::string> KnownProtections::others_than_of(const SharedQuestion& question) const {
  std::vector<std::string> others;
  const auto known = known_.find(question.workspace);
  if (question.guarded.empty() || known == known_.end()) return others;
  for (const auto& [id, pattern] : known->second) {
    if (is_near(pattern, question) && !is_about(pattern, question)) others.push_back(id);
  }
  return others;
}

std::vector<core::ProtectionElsewhere> KnownProtections::look_closer(const SharedQuestion& question,
                                                                     std::vector<FoundProtection> found) {
  if (count_ + found.size() > kMostKnown) {
    known_.clear();
    count_ = 0;
  }
  std::vector<core::ProtectionElsewhere> left;
  auto& known = known_[question.workspace];
  for (FoundProtection& one : found) {
    if (known.emplace(std::move(one.id), one.protection.pattern).second) ++count_;
    if (is_about(one.protection.pattern, question)) left.push_back(std::move(one.protection));
  }
  return left;
}

}  // namespace governor::daemon
