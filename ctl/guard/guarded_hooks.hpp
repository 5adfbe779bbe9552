#pragma once

#include <array>
#include <string_view>

namespace governor::ctl {

/// The hooks of git that run before a commit comes to be, and those that tell what has been done. pre-commit
/// is not run for merges, cherry-picks, reverts, rebases and patches from mails: those have hooks of their
/// own, or only prepare-commit-msg.
inline constexpr std::array<std::string_view, 7> kGuardedHooks = {
    "pre-commit",  "pre-merge-commit", "prepare-commit-msg", "pre-applypatch",
    "post-commit", "post-checkout",    "post-rewrite"};

/// Whether it has been done already: nobody is asked then, only told.
constexpr bool tells_afterwards(std::string_view hook) {
  return hook.starts_with("post-");
}

}  // namespace governor::ctl
