#pragma once

#include <string>

namespace governor::daemon {

// Paths here are bytes, not text. They block on the disk.

/// Where git keeps what belongs to the working files in `directory`; empty: nowhere.
std::string git_directory(const std::string& directory);

/// Where the repository keeps what all its working trees share.
std::string git_common_directory(const std::string& git);

}  // namespace governor::daemon
