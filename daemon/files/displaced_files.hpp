#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "core/file_version.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_content.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Files that were replaced or removed, held open for a while: a program that has opened one before may still
/// write to it, and what it writes has no name any more. Any thread.
class DisplacedFiles {
 public:
  using Clock = std::chrono::steady_clock;
  /// As long as somebody has it open for writing.
  static constexpr std::chrono::minutes kWithWriters{10};
  /// Where the system does not say whether somebody has.
  static constexpr std::chrono::seconds kUnknown{10};

  /// What was written to a file after it had lost its name.
  struct LateWrite {
    std::string path;
    core::FileState state;
    BackupStore::Pin pin;
  };

  /// `file` is open for reading; `content` is what it held when it was replaced.
  void keep(ipc::UniqueFd file, std::string path, const FileContent& content);
  /// Looks at all of them, keeps a backup of what was written late, and lets those go that nobody can write
  /// to any more. Blocks on the disk.
  std::vector<LateWrite> look(BackupStore& backups, std::uint64_t max_bytes);
  [[nodiscard]] bool empty() const;

 private:
  struct Displaced {
    ipc::UniqueFd file;
    std::string path;
    std::string sha256;
    std::uint64_t size = 0;
    std::int64_t modified_us = 0;
    Clock::time_point since;
  };

  static bool may_be_written(const Displaced& displaced);
  static void look_at(Displaced& displaced, BackupStore& backups, std::uint64_t max_bytes,
                      std::vector<LateWrite>& found);

  mutable std::mutex mutex_;  ///< never held while the disk is asked
  std::vector<Displaced> files_;
};

}  // namespace governor::daemon
