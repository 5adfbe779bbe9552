#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/watch/watch_filter.hpp"

namespace governor::daemon {

/// When the file's content, name or rights last changed, by the file system's own clock, which no program
/// sets back; 0: it is not there. `path` is a text, see `text::path_text`.
std::int64_t last_touched_us(const std::string& path);

/// The files below a project's directory that were touched at `since_us` or later, and those of `known` that
/// are not there any more. Directories that git leaves out are not entered. Blocks on the disk.
std::vector<std::string> touched_files(const std::string& root, std::int64_t since_us,
                                       const std::vector<std::string>& known, WatchFilter& filter);

}  // namespace governor::daemon
