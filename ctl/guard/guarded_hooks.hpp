#pragma once

#include <array>
#include <string_view>

namespace governor::ctl {

/// The hooks of git that run before a commit comes to be. pre-commit is not run for merges, cherry-picks,
/// reverts, rebases and patches from mails: those have hooks of their own, or only prepare-commit-msg.
inline constexpr std::array<std::string_view, 4> kGuardedHooks = {"pre-commit", "pre-merge-commit",
                                                                  "prepare-commit-msg", "pre-applypatch"};

}  // namespace governor::ctl
