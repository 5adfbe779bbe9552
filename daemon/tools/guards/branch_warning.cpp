#include "daemon/tools/guards/branch_warning.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace governor::daemon {
namespace {

std::string conflict_text(const core::State& state, const core::BranchConflict& conflict,
                          const std::string& top) {
  const core::Worktree& other = conflict.other_than(top);
  const auto agents = state.who_works_in(other.top, state.branch_conflicts().beside(top));
  const std::string who = agents.empty() ? std::string() : fmt::format(" ({})", fmt::join(agents, ", "));
  return fmt::format(" Your branch and {}{} conflict in {}.", core::branch_text(other), who,
                     core::conflict_files_text(conflict));
}

}  // namespace

std::string branch_conflicts_text(const core::State& state, const std::string& top) {
  std::string text;
  for (const core::BranchConflict* conflict : state.branch_conflicts().of_worktree(top))
    text += conflict_text(state, *conflict, top);
  return text;
}

std::string warn_of_branches(core::State& state, const std::string& top, std::string_view reader,
                             std::int64_t now_us) {
  std::string text;
  for (const core::BranchConflict* conflict : state.branch_conflicts().of_worktree(top)) {
    const std::string what = conflict_text(state, *conflict, top);
    if (state.told().tell(fmt::format("branches/{}/{}", reader, what), now_us)) text += what;
  }
  if (text.empty()) return text;
  return "governor:" + text +
         " Look at the other branch now, while it is little: agree on who changes what, or merge it early.";
}

}  // namespace governor::daemon
