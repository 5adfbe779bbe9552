#pragma once

#include <string>
#include <string_view>

#include "core/path_pattern.hpp"

namespace governor::daemon {

/// Whether `governorctl install guards` has written this file, or its hooks into it, or keeps in it what was
/// there before. Blocks on the disk.
bool is_installed_hook(const std::string& path);
/// Likewise, with what the file begins with.
bool is_installed_hook(std::string_view path, std::string_view content);

/// Whether the settings of Claude Code with this path have governor's hooks. People and agents change them
/// all the same, see `switches_hooks_off`. Blocks on the disk.
bool is_guarding_claude(const std::string& path);

/// Whether the pattern is meant for a place of such files: it matches one of them, and would not if the
/// directory of git, of Claude Code or of the hooks had another name. `directory` is its part without
/// wildcards. A pattern for the whole project is meant for other things. Blocks on the disk.
bool aims_at_installed_hooks(const core::PathPattern& pattern, const std::string& directory);

}  // namespace governor::daemon
