#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace governor::daemon {

// Files that say whether hooks run, and which: the settings of Claude Code and of git. They are people's, and
// agents may change them, as long as the hooks that governor installed go on to run.

/// Whether the file with this real path may be one of them, by its name.
bool may_switch_hooks(std::string_view path);

/// Whether these are settings of Claude Code that have governor's hooks.
bool holds_claude_guard(std::string_view path, std::string_view content);

/// Why the change would keep a hook from running; none: it does not. A missing file holds nothing.
std::optional<core::Error> switches_hooks_off(const std::string& path, std::string_view before,
                                              std::string_view after);

}  // namespace governor::daemon
