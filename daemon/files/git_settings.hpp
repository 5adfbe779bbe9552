#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace governor::daemon {

/// Each `section.key=value` of a configuration of git, in its order: names in lower case, subsections and
/// values as they are written. What cannot be read ends the list, as it ends git.
std::vector<std::string> read_git_settings(std::string_view text);

}  // namespace governor::daemon
