#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/lifecycle/options.hpp"

namespace governor::daemon {

/// Applies the settings in `text` (JSON, comments and trailing commas allowed) to `options`. Returns what is
/// wrong, beginning with `path` and the line: "config.json:3: idle_exit must be ...".
std::optional<std::string> apply_config(const std::string& path, std::string_view text, Options& options);

/// As above for a file; a file that does not exist changes nothing.
std::optional<std::string> apply_config_file(const std::string& path, Options& options);

}  // namespace governor::daemon
