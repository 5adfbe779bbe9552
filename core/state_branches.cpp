// Branches that will not merge: who works on them, and what they are told.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/state.hpp"

namespace governor::core {
namespace {

bool lies_in(std::string_view path, std::string_view top) {
  return !top.empty() && path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

std::string cause_prefix(const std::string& repository) {
  return "branch_conflict/" + repository + '/';
}

std::string cause_between(const std::string& repository, const Worktree& one, const Worktree& other) {
  const auto [first, second] = std::minmax(branch_text(one), branch_text(other));
  return cause_prefix(repository) + first + ".." + second;
}

const Worktree* worktree_at(const BranchLook& look, const std::string& top) {
  const auto found = std::find_if(look.worktrees.begin(), look.worktrees.end(),
                                  [&](const Worktree& one) { return one.top == top; });
  return found == look.worktrees.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> State::who_works_in(const std::string& top,
                                             const std::vector<Worktree>& worktrees) const {
  std::set<std::string> names;
  for (const auto& [key, session] : sessions_) {
    if (session.passing) continue;
    const std::string* project = commands_.project_of(key);
    const std::string& place = project != nullptr && !project->empty() ? *project : session.working_directory;
    if (!lies_in(place, top)) continue;
    // Working trees lie in one another, as those of Claude Code do.
    const bool is_deeper = std::any_of(worktrees.begin(), worktrees.end(), [&](const Worktree& other) {
      return other.top.size() > top.size() && lies_in(place, other.top);
    });
    if (is_deeper) continue;
    names.insert(session.agent_id.empty() ? session.client_name : session.agent_id);
  }
  names.erase("");
  return {names.begin(), names.end()};
}

void State::record_branches(BranchLook look, std::int64_t now_us, Changes& changes) {
  std::set<std::string> standing;
  for (const auto& [first, second] : look.unsure) {
    const Worktree* one = worktree_at(look, first);
    const Worktree* other = worktree_at(look, second);
    if (one != nullptr && other != nullptr) standing.insert(cause_between(look.repository, *one, *other));
  }
  for (const BranchConflict& conflict : look.conflicts) {
    AlertInput alert;
    alert.cause = cause_between(look.repository, conflict.first, conflict.second);
    alert.kind = AlertKind::branch_conflict;
    standing.insert(alert.cause);
    // Where nobody works any more, nobody is to be told while it is small.
    const auto here = who_works_in(conflict.first.top, look.worktrees);
    const auto there = who_works_in(conflict.second.top, look.worktrees);
    if (here.empty() || there.empty()) continue;
    alert.message = fmt::format(
        "The branches {} ({}, in {}) and {} ({}, in {}) will not merge: both change {}. `governorctl "
        "conflicts` "
        "looks again.",
        branch_text(conflict.first), fmt::join(here, ", "), conflict.first.top, branch_text(conflict.second),
        fmt::join(there, ", "), conflict.second.top, conflict_files_text(conflict));
    raise_alert(std::move(alert), now_us, changes);
  }
  const std::string prefix = cause_prefix(look.repository);
  for (const Alert& alert : open_alerts(AlertKind::branch_conflict)) {
    if (alert.cause.starts_with(prefix) && !standing.contains(alert.cause))
      resolve_alert(alert.cause, now_us, changes);
  }
  branch_conflicts_.replace(std::move(look));
}

}  // namespace governor::core
