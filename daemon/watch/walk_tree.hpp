#pragma once

#include <functional>
#include <string>

namespace governor::daemon {

/// Calls `enter(directory)` for `start` and all directories below it that `is_left_unwatched` says nothing
/// against, and goes into those for which it says true; calls `see(file)` for the files until it says false.
/// Symbolic links are not followed. What goes meanwhile, or cannot be read, ends nothing. Paths are text, see
/// `text::path_text`. Blocks on the disk.
void walk_tree(const std::string& start, const std::function<bool(const std::string&)>& enter,
               const std::function<bool(const std::string&)>& see);

}  // namespace governor::daemon
