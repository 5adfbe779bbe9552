#pragma once

#include <string>

namespace governor::daemon {

// Files whose names and contents must still be there after a loss of power. All throw
// std::filesystem::filesystem_error with the reason, after which nothing may be relied on but that what was
// there before is still there under one of its names.

/// Brings the contents of a file to the disk.
void sync_file(const std::string& path);
/// Brings the names in the directory of `path` to the disk.
void sync_directory_of(const std::string& path);
/// Copies a file, readable by its owner alone, and brings the contents to the disk. The name is not synced.
void copy_durably(const std::string& from, const std::string& to);
/// Gives a file, whose contents are on the disk, another name; when this returns the name is on the disk too.
void rename_durably(const std::string& from, const std::string& to);

}  // namespace governor::daemon
