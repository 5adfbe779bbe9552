#pragma once

#include <string>

namespace governor::daemon {

/// Whether the file was made a moment ago, or replaced by another; also where the file system cannot say.
/// Blocks on the disk.
bool is_just_made(const std::string& path);

}  // namespace governor::daemon
