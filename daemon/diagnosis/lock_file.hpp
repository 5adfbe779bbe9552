#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/diagnosis/kernel_locks.hpp"
#include "daemon/diagnosis/lock_verdict.hpp"

namespace governor::daemon {

/// Names one state of one file: a file that is written or replaced has another.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  bool operator==(const FileStamp&) const = default;
};

/// What there is at a name in a directory and looks like a lock.
struct LockFile {
  std::string name;         ///< in the directory it was found in
  bool directory = false;   ///< it is one itself
  FileStamp stamp;          ///< of the file, or of the directory that is the lock
  std::string record_name;  ///< of the owner's record inside such a directory; empty if there is none
  FileStamp record_stamp;
  LockEvidence evidence;
};

/// A look at the system, taken once for a whole scan.
struct SystemView {
  std::vector<LockedFile> kernel_locks;
  std::string host;
  ProcessSighting (*sight)(std::int64_t pid) = nullptr;
};

/// Looks at the regular file `name` in the open directory. None if it is no regular file (any more). Never
/// follows a link, never waits for anything but the disk, and never opens a file on which some process of
/// this machine holds a lock: closing it would drop that lock if the process were this one.
std::optional<LockFile> examine_lock_file(int directory, const std::string& name, const SystemView& system);

/// As above for a directory that is a lock.
std::optional<LockFile> examine_lock_directory(int directory, const std::string& name,
                                               const SystemView& system);

/// Removes it if it is still what was examined and nobody holds it. Returns why it did not.
std::optional<std::string> remove_lock(int directory, const LockFile& lock);

}  // namespace governor::daemon
