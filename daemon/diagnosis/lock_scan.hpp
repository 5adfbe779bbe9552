#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/diagnosis/lock_file.hpp"

namespace governor::daemon {

/// Where to look for lock files left behind by other programs, and what to do with those of the dead.
struct LockScanRequest {
  std::string directory;              ///< absolute
  bool remove = false;                ///< remove what is proven dead; else look only
  std::vector<std::string> excluded;  ///< directories that are not entered: governor's own locks are there
};

struct LockScanLimits {
  std::size_t entries = 100'000;  ///< names looked at
  int depth = 8;                  ///< directories below the one named
  std::size_t locks = 200;
  std::chrono::milliseconds time{5000};
};

struct FoundLock {
  std::string path;  ///< UTF-8, whatever the name's bytes are
  bool directory = false;
  LockContent content;
  std::int64_t written_us = 0;
  LockVerdict verdict;
  bool removed = false;
  std::string kept_because;  ///< why a lock that is dead was not removed; empty: removed, or not asked for
};

struct LockReport {
  std::size_t entries = 0;
  std::string incomplete_because;  ///< empty: everything was looked at
  std::vector<FoundLock> locks;    ///< the dead first, then the unknown, then those in use; each by path
};

/// Looks through the directory, never through symbolic links and never onto another file system. It blocks on
/// the disk for up to `limits.time` and longer where the disk itself hangs. Ends early when `cancelled`.
core::Result<LockReport> scan_locks(const LockScanRequest& request, const LockScanLimits& limits,
                                    const SystemView& system, const std::atomic<bool>& cancelled);

/// The system as it is now.
SystemView view_of_system();

}  // namespace governor::daemon
