#pragma once

namespace governor::daemon {

class BackupStore;
struct FileSettings;

/// What the file thread hands to a call whose work touches files.
struct FileServices {
  BackupStore& backups;
  const FileSettings& settings;
};

}  // namespace governor::daemon
