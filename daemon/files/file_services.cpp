#include "daemon/files/file_services.hpp"

namespace governor::daemon {

core::Result<BackupStore*> FileServices::backups() {
  const std::lock_guard lock(mutex_);
  if (!backups_) {
    auto opened = BackupStore::open(backup_directory_);
    if (!opened) return std::move(opened.error());
    backups_ = std::move(*opened);
  }
  return backups_.get();
}

}  // namespace governor::daemon
