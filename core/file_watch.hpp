#pragma once

#include <string>

#include "core/file_version.hpp"
#include "core/lease.hpp"
#include "core/protection.hpp"

namespace governor::core {

/// Whose business a file is at present. Valid until the next mutation.
struct FileStanding {
  const Lease* writer = nullptr;  ///< whose holder writes it with tools of its own
  const Lease* leased = nullptr;  ///< that nobody else may disturb
  const Protection* protection = nullptr;
  bool is_below_root = false;     ///< of a project that is watched
  bool is_being_written = false;  ///< by governor, at this moment
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
  bool raise_alert = true;  ///< false: it is told together with others
};

/// The cause of the alert about a file.
inline std::string file_changed_cause(const std::string& path) {
  return "file_changed/" + path;
}

}  // namespace governor::core
