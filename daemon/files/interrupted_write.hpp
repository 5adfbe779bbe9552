#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/open_write.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_services.hpp"

namespace governor::daemon {

/// What a write that was interrupted has left.
struct InterruptedWrite {
  core::FileState now;  ///< what the file holds; as if there were none where it cannot be read
  /// What lay beside the file, and nobody had a copy of: somebody wrote it at the last moment.
  std::optional<core::FileState> displaced;
  std::string left_at;  ///< where it still lies, if no copy could be made
  std::vector<BackupStore::Pin> pins;
};

/// File thread: looks at the file and beside it, keeps what is somebody's, and takes away what is not.
InterruptedWrite look_at_interrupted(const core::OpenWrite& open, FileServices& files);

}  // namespace governor::daemon
