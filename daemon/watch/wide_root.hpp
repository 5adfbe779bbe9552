#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// What the directory is if it is no project, for a sentence: "a home directory". Empty: it may be one.
/// `home` is that of the daemon's user; all paths are real ones.
std::string_view wide_root(std::string_view directory, std::string_view home);
/// The same for the home that the account and the environment of this process name.
std::string_view wide_root(const std::string& directory);

}  // namespace governor::daemon
