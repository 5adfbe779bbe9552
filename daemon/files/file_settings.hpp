#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace governor::daemon {

/// How files are kept and guarded, as configured.
struct FileSettings {
  std::uint64_t backup_keep_count = 50;  ///< versions of one file
  std::uint64_t backup_keep_days = 30;
  std::uint64_t backup_max_mb = 1024;     ///< all backups together, as they lie on the disk
  std::uint64_t backup_max_file_mb = 16;  ///< a larger file is not written or kept by governor
  std::vector<std::string> protected_patterns;
};

}  // namespace governor::daemon
