#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// How temporary files beside files of people begin, and end. The watcher passes over them.
inline constexpr std::string_view kTemporaryFilePrefix = ".governor-";
inline constexpr std::string_view kTemporaryFileEnding = ".tmp";

inline bool is_temporary_name(std::string_view name) {
  return name.starts_with(kTemporaryFilePrefix) && name.ends_with(kTemporaryFileEnding);
}

/// A name for a temporary file, new with each call and known to be this process's.
std::string temporary_name();

/// Removes the temporary files that daemons which are gone have left in the directory. Once for each
/// directory is enough, since this process leaves none.
void remove_leftovers(const std::string& path, int directory);

}  // namespace governor::daemon
