#pragma once

#include <string_view>

namespace governor::daemon {

/// Whether a regular file of this name in a directory of that name may be the lock of a program. Lists of
/// package versions that end in ".lock" are none.
bool is_lock_file_name(std::string_view directory, std::string_view name);

/// Whether a directory of this name is itself a lock: made with mkdir, with its owner's record inside.
bool is_lock_directory_name(std::string_view name);

/// Directories that are large and never hold the locks we look for.
bool is_passed_over(std::string_view name);

}  // namespace governor::daemon
