#pragma once

#include <cstdint>
#include <string>

#include "core/lease.hpp"
#include "core/result.hpp"

namespace governor::daemon {

/// The file that a hook is about, as a file thread has found it.
struct GuardFile {
  core::LeasePath path;
  bool exists = false;
  std::uint64_t lines = 0;
};

/// File thread. The error is about a path that cannot be resolved, or a file that cannot be read.
core::Result<GuardFile> look_at_file(const std::string& given, const std::string& directory);

}  // namespace governor::daemon
