#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "daemon/files/name_lookup.hpp"

namespace governor::daemon {

/// A file as it was read, with all that tells whether it is still the same.
struct FileContent {
  bool exists = false;
  std::string bytes;
  std::string sha256;  ///< empty when there is no file
  FileIdentity identity;
  std::int64_t modified_us = 0;
  mode_t mode = 0;
  uid_t owner = 0;
  gid_t group = 0;
};

}  // namespace governor::daemon
