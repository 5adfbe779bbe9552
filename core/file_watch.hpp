#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/file_version.hpp"
#include "core/lease.hpp"
#include "core/protection.hpp"

namespace governor::core {

/// A directory of a project whose files are watched, all of them.
struct WatchRoot {
  std::string path;
  bool with_ignored = false;  ///< also what git leaves out

  /// As it is stored: no path begins with a plus sign.
  [[nodiscard]] std::string text() const { return (with_ignored ? "+" : "") + path; }
  static WatchRoot from(std::string text) {
    if (!text.starts_with('+')) return {std::move(text), false};
    return {text.substr(1), true};
  }
};

/// Files to be watched.
struct WatchTarget {
  PathPattern pattern;
  bool leaves_ignored_out = false;  ///< those that git leaves out are nobody's business

  bool operator==(const WatchTarget&) const = default;
  /// Two targets of one key are the same.
  [[nodiscard]] std::string key() const { return (leaves_ignored_out ? "-" : "") + pattern.text(); }
};

/// Whose business a file is at present. Valid until the next mutation.
struct FileStanding {
  const Lease* writer = nullptr;  ///< whose holder writes it with tools of its own
  const Lease* leased = nullptr;  ///< that nobody else may disturb
  const Protection* protection = nullptr;
  bool is_below_root = false;       ///< of a project that is watched
  bool matters_if_ignored = false;  ///< also when git leaves it out
  bool is_being_written = false;    ///< by governor, at this moment
};

/// A file is not what governor knew of it.
struct FileChange {
  enum class When {
    now,
    first_look,  ///< it has not been looked at before
    after_start  ///< it may have happened while governor did not run
  };
  std::string path;  ///< the real one
  FileState after;
  When when = When::now;
  std::int64_t changed_us = 0;  ///< when, as the file system says; 0: it does not
  // Against what governor knew; none where that content is not kept.
  std::optional<std::uint32_t> lines_added{};
  std::optional<std::uint32_t> lines_removed{};
  bool is_new = false;  ///< the file was made a moment ago
  bool by_git = false;  ///< git changed its repository's files at that moment
  /// It is as git has checked it out, and git still has what it held before: nothing is lost.
  bool is_kept_by_git = false;
  /// It is as git has it, and so many lines are gone that others had written and nobody had committed.
  std::uint32_t uncommitted = 0;
  bool raise_alert = true;  ///< false: it is told together with others
};

/// It is long enough for its loss to be told.
inline bool can_be_lost(const FileState& state) {
  return state.lines >= 50;
}

/// More than half of a file of 50 lines or more is gone: more often a mistake than not.
inline bool shrinks_badly(const FileState& before, const FileState& after) {
  return can_be_lost(before) && after.lines * 2 < before.lines;
}

/// The cause of the alert about a file.
inline std::string file_changed_cause(const std::string& path) {
  return "file_changed/" + path;
}

}  // namespace governor::core
