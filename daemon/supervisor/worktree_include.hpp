#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "daemon/supervisor/git_command.hpp"

namespace governor::daemon {

/// Copies into a new worktree the files of the working tree at `top` that git ignores and `.worktreeinclude`
/// there names, with the patterns of `.gitignore`: settings that are no part of the repository and without
/// which nothing runs. Links are copied as such.
std::optional<core::Error> copy_included_files(const GitCommand& git, const std::string& top,
                                               const std::string& worktree);

}  // namespace governor::daemon
