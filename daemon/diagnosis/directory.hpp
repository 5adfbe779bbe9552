#pragma once

#include <dirent.h>

#include <memory>
#include <optional>
#include <string>

namespace governor::daemon {

/// An open directory: its names, one after another. Links are never followed.
class Directory {
 public:
  /// None, with errno set, if `name` is no directory or cannot be read.
  static std::optional<Directory> open_at(int parent, const std::string& name);

  [[nodiscard]] int fd() const { return ::dirfd(stream_.get()); }
  /// The next name, "." and ".." left out; none at the end.
  std::optional<std::string> next();

 private:
  struct Close {
    void operator()(DIR* stream) const { ::closedir(stream); }
  };
  explicit Directory(DIR* stream) : stream_(stream) {}

  std::unique_ptr<DIR, Close> stream_;
};

}  // namespace governor::daemon
