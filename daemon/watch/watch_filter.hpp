#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/file_watch.hpp"
#include "daemon/watch/git_ignore.hpp"

namespace governor::daemon {

/// Which of the files that a target's pattern matches are meant: not governor's own, and not what git leaves
/// out of a project. For one look, on one thread; blocks on the disk.
class WatchFilter {
 public:
  /// Whether governor itself lives on it. Any thread.
  using IsOwn = std::function<bool(std::string_view path)>;

  explicit WatchFilter(IsOwn is_own, std::string personal_rules = personal_git_rules())
      : is_own_(std::move(is_own)), ignored_(std::move(personal_rules)) {}

  bool takes_file(const core::WatchTarget& target, const std::string& path) {
    return target.pattern.matches(path) && !is_own(path) &&
           !(target.leaves_ignored_out && ignored_.covers(path, GitIgnore::Kind::file));
  }
  bool enters(const core::WatchTarget& target, const std::string& directory) {
    return !is_own(directory) &&
           !(target.leaves_ignored_out && ignored_.covers(directory, GitIgnore::Kind::directory));
  }
  bool is_ignored(const std::string& path) { return ignored_.covers(path, GitIgnore::Kind::file); }

 private:
  [[nodiscard]] bool is_own(const std::string& path) const { return is_own_ && is_own_(path); }

  IsOwn is_own_;
  GitIgnore ignored_;
};

}  // namespace governor::daemon
