#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/file_version.hpp"
#include "daemon/files/file_services.hpp"

namespace governor::daemon {

/// What a file is to hold from now on, and what must be so for that.
struct WriteOrder {
  std::string path;  ///< the real one
  /// Exactly one of these: the content as a whole, what changes of it, or (neither) no file any more.
  std::optional<std::string> content;
  std::optional<std::string> diff;
  /// Of the content that whoever asks has read, empty for no file; none: whatever is there.
  std::optional<std::string> expected_sha256;
  bool may_shrink = false;
};

/// What came of it.
struct WriteReport {
  std::optional<core::Error> failure;  ///< nothing was written
  /// The failure is that the file is not what was expected: `before` says what it is.
  bool stale = false;
  core::FileState before;
  core::FileState after;
  /// The file has been so already, and not as it was expected: the same order was carried out before, or
  /// somebody else had the same idea.
  bool found_written = false;
  std::int64_t modified_us = 0;        ///< of what was there
  std::uint64_t links = 0;             ///< other names that keep what was there
  std::vector<std::string> remarks;    ///< where the diff was not taken at its word
  std::vector<BackupStore::Pin> pins;  ///< to be kept until the database knows of `before` and `after`
};

/// For file threads. What was there is kept as a backup before anything changes, and what comes as well: it
/// is what a later change will be held against.
WriteReport carry_out(const WriteOrder& order, FileServices& files);

}  // namespace governor::daemon
