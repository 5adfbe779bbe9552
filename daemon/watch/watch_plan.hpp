#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_watch.hpp"
#include "daemon/watch/watch_filter.hpp"

namespace governor::daemon {

/// The directories to be watched so that a change of any file of a target is seen.
struct WatchPlan {
  std::set<std::string> directories;
  bool complete = true;  ///< false: there are more of them than can be watched
};

/// Blocks on the disk.
WatchPlan plan_watch(const core::WatchTarget& target, WatchFilter& filter);

/// The files of the targets, below `start` only unless it is empty; at most `limit`. Blocks on the disk.
std::vector<std::string> matching_files(const std::vector<core::WatchTarget>& targets,
                                        const std::string& start, std::size_t limit, WatchFilter& filter);

/// Directories that no project means when it speaks of its files: what version control and package managers
/// keep.
bool is_left_unwatched(std::string_view directory_name);

/// The deepest directory that all paths of the pattern lie in, as far as its text tells.
std::string fixed_directory(const core::PathPattern& pattern);

}  // namespace governor::daemon
