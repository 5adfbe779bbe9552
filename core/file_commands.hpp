#pragma once

#include <cstdint>
#include <string>

#include "core/file_version.hpp"
#include "core/protection.hpp"

namespace governor::core {

/// Somebody is about to write a file.
struct WriteIntent {
  LeasePath path;
  LeaseKey lease = 0;
  std::string doing;  ///< for the audit log: "commit_file" and the like
};

/// Somebody has written a file.
struct FileWrite {
  std::string path;  ///< the real one
  FileVersionKind kind = FileVersionKind::committed;
  FileState before;  ///< as it was found
  FileState after;
  bool found_written = false;  ///< `after` was there already: the same request has written it before
  std::string agent_id;        ///< must be loaded; empty: the session itself
  LeaseKey lease = 0;
  std::string note;
  FileVersionKey restored_from = 0;  ///< the version that came back; 0: none
};

struct FileWriteOutcome {
  FileVersion version;
  bool loop = false;         ///< this closes a circle
  std::string loop_message;  ///< what circle
};

struct ProtectCommand {
  LeasePath path;
  std::string reason;
  bool remove = false;
};

struct UnlockCommand {
  LeasePath path;
  std::string agent_id;  ///< empty: any
  std::int64_t duration_us = 0;
  std::string reason;
};

}  // namespace governor::core
