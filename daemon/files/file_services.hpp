#pragma once

#include <string>
#include <utility>

#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_settings.hpp"

namespace governor::daemon {

/// What a call may use while it works on files, away from the state. Shared by all file threads.
struct FileServices {
  FileServices(std::string backup_directory, FileSettings file_settings)
      : backups(std::move(backup_directory)), settings(std::move(file_settings)) {}

  BackupStore backups;
  const FileSettings settings;
};

}  // namespace governor::daemon
