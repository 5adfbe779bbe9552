#pragma once

#include <cstdint>

namespace governor::daemon {

/// How long backups are kept, and how large files may be; as configured.
struct FileSettings {
  std::uint64_t keep_count = 50;                           ///< versions of one file
  std::uint64_t keep_days = 30;                            ///< the newest of a file stays longer
  std::uint64_t max_bytes = std::uint64_t{1024} << 20;     ///< all backups together, as they lie on the disk
  std::uint64_t max_file_bytes = std::uint64_t{16} << 20;  ///< larger files are neither written nor kept
};

}  // namespace governor::daemon
