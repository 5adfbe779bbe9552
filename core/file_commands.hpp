#pragma once

#include <cstdint>
#include <optional>
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
  std::optional<std::uint32_t> lines_added{};  ///< none: all that is known is how many lines there are
  std::optional<std::uint32_t> lines_removed{};
  bool found_written = false;  ///< `after` was there already: the same request has written it before
  std::string agent_id;        ///< must be loaded; empty: the session itself
  LeaseKey lease = 0;
  std::string note;
  FileVersionKey restored_from = 0;  ///< the version that came back; 0: none
  /// A command has changed it, with as many others as it liked: what it makes again and again is no circle,
  /// and each is not told for itself.
  bool by_command = false;
  bool with_git = false;  ///< see FileVersion
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
