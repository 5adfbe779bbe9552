#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "daemon/files/file_content.hpp"

namespace governor::daemon {

/// Reads an open file to its end. `path` is for errors. Refused are what is no regular file, what is larger
/// than `max_bytes`, and what grows past that while it is read.
core::Result<FileContent> read_descriptor(int fd, const std::string& path, std::uint64_t max_bytes);

/// When its content was changed last, in microseconds since 1970.
std::int64_t modified_us(const struct stat& info);

}  // namespace governor::daemon
