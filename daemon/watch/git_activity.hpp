#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace governor::daemon {

/// Whether git is changing the working files of a repository, or has just done so: a checkout, a merge, a
/// pull, a stash. Adding and committing change none, and neither does a look of git (`git status`). For one
/// look of governor's, on one thread; blocks on the disk.
class GitActivity {
 public:
  /// Whether the file's last change is git's. `path` is a text, see `text::path_text`; the file need not
  /// exist any more.
  bool has_changed(const std::string& path);

 private:
  struct Repository {
    bool exists = false;
    bool is_locked = false;          ///< git is about to write its index
    std::int64_t head_moved_ns = 0;  ///< to something that was checked out
    std::int64_t index_ns = 0;       ///< last written
    std::int64_t objects_ns = 0;     ///< the last time a content was added
  };
  static Repository look_at(const std::string& directory);
  const Repository& repository_of(const std::string& directory);

  std::map<std::string, Repository> of_directories_;
};

}  // namespace governor::daemon
