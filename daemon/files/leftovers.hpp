#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// How temporary files beside files of people begin. The watcher passes over them.
inline constexpr std::string_view kTemporaryFilePrefix = ".governor-";

/// A name for a temporary file, new with each call and known to be this process's.
std::string temporary_name();

/// Removes the temporary files that daemons which are gone have left in the directory. Once for each
/// directory is enough, since this process leaves none.
void remove_leftovers(const std::string& path, int directory);

}  // namespace governor::daemon
