#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/keys.hpp"

namespace governor::core {

/// How a content came to be in a file. Stored: never renumber, only append.
enum class FileVersionKind : std::uint8_t {
  seen = 1,       ///< it was there when governor looked; who wrote it is not known
  committed = 2,  ///< by commit_file
  restored = 3,   ///< brought back from a backup
  reported = 4,   ///< by its lease's holder with tools of its own, or by a command of an agent
  unasked = 5     ///< by somebody who had no right to
};

std::string_view to_string(FileVersionKind kind);

/// What a file held. No file at all is a content too.
struct FileState {
  std::string sha256;  ///< empty: there was no file
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t stored_bytes = 0;  ///< of its backup; 0: none was made, or there was no file
  std::uint32_t mode = 0;          ///< permission bits; 0: not known
  std::int64_t modified_us = 0;    ///< when the file was changed, as it said itself; 0: not known

  [[nodiscard]] bool exists() const { return !sha256.empty(); }
};

/// One content that a file had, from the moment when governor learned of it.
struct FileVersion {
  FileVersionKey key = 0;
  std::string path;  ///< the real one
  FileState state;
  std::int64_t timestamp_us = 0;
  FileVersionKind kind = FileVersionKind::seen;
  // Who wrote it; all empty when nobody knows.
  AgentKey agent = 0;
  std::string agent_id;
  SessionKey session = 0;
  std::string client;
  std::int64_t pid = 0;
  LeaseKey lease = 0;
  std::string note;  ///< in the words of whoever wrote it
  /// git was at work at that moment and may have brought it, from a commit. Not stored.
  bool with_git = false;
};

/// What a person types to bring the version back.
std::string restore_command(const std::string& path, FileVersionKey backup);

}  // namespace governor::core
