#pragma once

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
  bool is_new = false;      ///< the file was made a moment ago
  bool by_git = false;      ///< git changed its repository's files at that moment
  bool raise_alert = true;  ///< false: it is told together with others
};

/// The cause of the alert about a file.
inline std::string file_changed_cause(const std::string& path) {
  return "file_changed/" + path;
}

}  // namespace governor::core
