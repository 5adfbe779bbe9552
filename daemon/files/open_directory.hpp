#pragma once

#include <string_view>

#include "ipc/unique_fd.hpp"

namespace governor::daemon {

enum class MissingDirectory { fails, is_made };

/// The directory with this real path, reached name by name: a name that has become a symbolic link ends it
/// (ENOTDIR or ELOOP). What is made gets the rights of the directory that it is in. No descriptor, and errno,
/// if it fails.
ipc::UniqueFd open_directory(std::string_view real_path, MissingDirectory missing = MissingDirectory::fails);

}  // namespace governor::daemon
