#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_settings.hpp"

namespace governor::daemon {

/// What a call may use while it works on files, away from the state. Shared by all file threads.
class FileServices {
 public:
  /// `backup_directory` is made when the first backup is.
  FileServices(std::string backup_directory, FileSettings settings)
      : backup_directory_(std::move(backup_directory)), settings_(std::move(settings)) {}

  /// Opened when it is first needed; tried again if that fails.
  core::Result<BackupStore*> backups();
  [[nodiscard]] const FileSettings& settings() const { return settings_; }

 private:
  std::string backup_directory_;
  FileSettings settings_;
  std::mutex mutex_;  ///< over what follows
  std::unique_ptr<BackupStore> backups_;
};

}  // namespace governor::daemon
