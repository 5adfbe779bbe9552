#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/file_version.hpp"

namespace governor::daemon {

struct FileVersionPage {
  std::vector<core::FileVersion> versions;  ///< newest first
  bool more = false;                        ///< there are older ones
};

/// Goes through the versions of all files, oldest first, for those that need not be kept. The newest of a
/// file stays, unless the room is needed.
struct PruneScan {
  std::uint64_t keep_count = 0;    ///< versions of one file
  std::int64_t oldest_us = 0;      ///< versions from before are too old
  std::uint64_t excess_bytes = 0;  ///< by so much the backups are too large

  std::vector<std::string> doubtful;  ///< contents of which no version may tell; looked at first

  core::FileVersionKey after = 0;  ///< how far it has come
  bool newest_too = false;         ///< second round, as there was still too much
  bool done = false;
  std::vector<core::FileVersionKey> versions;  ///< that may go
  std::vector<std::string> contents;           ///< that no other version has
};

}  // namespace governor::daemon
