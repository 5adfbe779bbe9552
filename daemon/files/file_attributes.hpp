#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "daemon/files/file_look.hpp"

namespace governor::daemon {

/// Gives `to` the mode, owner, access list and extended attributes of `from`, so that a file that takes the
/// place of another is used by the same people in the same way. Mode and owner must succeed. `path` is for
/// the error.
std::optional<core::Error> copy_attributes(int from, int to, const std::string& path);

/// What a file that comes back is to look like. The mode must succeed, and the owner keeps the right to
/// write.
std::optional<core::Error> give_look(int fd, const FileLook& look, const std::string& path);

/// A new file or directory gets what those in its directory seem to be meant to have: the daemon's own mask
/// is that of a private program, and the one of whoever asks is not known here.
void give_rights_of_directory(int directory, int fd, bool is_directory);

}  // namespace governor::daemon
