#pragma once

#include <optional>
#include <string>

#include "core/file_version.hpp"
#include "core/lease.hpp"
#include "core/result.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_services.hpp"

namespace governor::daemon {

/// The file that a hook is about, as a file thread has found it.
struct GuardFile {
  core::LeasePath path;
  std::string real_path;
  core::FileState state;               ///< what it holds, and that a backup of it is kept
  std::optional<core::Error> no_copy;  ///< why there is neither
  std::optional<core::Error> own;      ///< it is governor's, and not to be written
  BackupStore::Pin pin;                ///< until the state knows of the backup
};

/// File thread. The error is about a path that cannot be resolved.
core::Result<GuardFile> look_at_file(const std::string& given, const std::string& directory,
                                     FileServices& services);

}  // namespace governor::daemon
