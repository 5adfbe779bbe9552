#pragma once

#include <string>
#include <utility>

#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_settings.hpp"

namespace governor::daemon {

/// What a call may use while it works on files, away from the state. Shared by all file threads.
class FileServices {
 public:
  FileServices(std::string backup_directory, FileSettings settings)
      : backups_(std::move(backup_directory)), settings_(settings) {}

  BackupStore& backups() { return backups_; }
  [[nodiscard]] const FileSettings& settings() const { return settings_; }

 private:
  BackupStore backups_;
  FileSettings settings_;
};

}  // namespace governor::daemon
