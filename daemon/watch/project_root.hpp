#pragma once

#include <string>

#include "daemon/files/own_files.hpp"

namespace governor::daemon {

/// The project that a directory (a text, see `text::path_text`) is part of: the top of its git working tree,
/// or the directory itself; its real path. Empty: there is none, or it is too wide, or has more files than
/// governor remembers. Blocks on the disk.
std::string find_project(const std::string& directory, const OwnFiles& own);

}  // namespace governor::daemon
