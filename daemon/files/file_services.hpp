#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "core/lease.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/files/displaced_files.hpp"
#include "daemon/files/file_settings.hpp"
#include "daemon/files/own_files.hpp"

namespace governor::daemon {

/// What a call may use while it works on files, away from the state. Shared by all file threads.
class FileServices {
 public:
  FileServices(std::string backup_directory, FileSettings settings, OwnFiles own = OwnFiles())
      : backups_(std::move(backup_directory)), settings_(settings), own_(std::move(own)) {}

  BackupStore& backups() { return backups_; }
  DisplacedFiles& displaced() { return displaced_; }
  [[nodiscard]] const FileSettings& settings() const { return settings_; }
  /// Not to be touched for anybody.
  [[nodiscard]] const OwnFiles& own() const { return own_; }

  /// Finds out with whom a path in a repository is shared, see SharedPlaces.
  using Share = std::function<std::optional<core::Error>(core::LeasePath&)>;
  /// Before anybody works. Without, nothing is shared.
  void share_with(Share share) { share_ = std::move(share); }
  [[nodiscard]] bool shares() const { return static_cast<bool>(share_); }
  std::optional<core::Error> share(core::LeasePath& path) const {
    return share_ ? share_(path) : std::nullopt;
  }

 private:
  BackupStore backups_;
  DisplacedFiles displaced_;
  FileSettings settings_;
  OwnFiles own_;
  Share share_;
};

}  // namespace governor::daemon
