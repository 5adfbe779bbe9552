#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "daemon/files/file_content.hpp"

namespace governor::daemon {

/// When the file was changed, as it says itself.
std::int64_t modified_us(const struct stat& info);

/// Reads an open file to its end. `path` is for errors. Refused are what is no regular file, what is larger
/// than `max_bytes`, and what grows past that while it is read.
core::Result<FileContent> read_descriptor(int fd, const std::string& path, std::uint64_t max_bytes);

}  // namespace governor::daemon
