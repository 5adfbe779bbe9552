#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// Where the file system is mounted that a path leads to by its text; empty when that cannot be told. Asks
/// the kernel alone and no file system, so it does not block.
std::string mount_of(std::string_view path);

}  // namespace governor::daemon
