#include "daemon/watch/touched_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "daemon/watch/watch_plan.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMostTouched = 100'000;

std::int64_t touched_us(const struct stat& status) {
#ifdef __APPLE__
  const timespec& time = status.st_ctimespec;
#else
  const timespec& time = status.st_ctim;
#endif
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

/// A directory in its place is no file either.
bool is_gone(const std::string& path) {
  struct stat status {};
  return ::lstat(text::path_bytes(path).c_str(), &status) != 0 || S_ISDIR(status.st_mode);
}

/// Goes through a project. It runs between a model and its next step: names become text only where they are
/// needed.
class TouchedFiles {
 public:
  TouchedFiles(std::string root, std::int64_t since_us, WatchFilter& filter)
      : project_{core::PathPattern::glob(root + "/**"), true}, since_us_(since_us), filter_(filter) {
    pending_.push_back(std::move(root));
  }

  void walk() {
    while (!pending_.empty() && found_.size() < kMostTouched) {
      std::string directory = std::move(pending_.back());
      pending_.pop_back();
      look_into(directory);
      looked_into_.insert(std::move(directory));
    }
  }

  /// A file that is gone has changed its directory, if that is still there.
  void find_gone(const std::vector<std::string>& known) {
    for (const std::string& path : known) {
      const std::string directory = path.substr(0, path.rfind('/'));
      if (looked_into_.contains(directory) && !changed_.contains(directory)) continue;
      if (is_gone(path)) found_.push_back(path);
    }
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  void look_into(const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(text::path_bytes(directory).c_str()),
                                                     &::closedir);
    if (!stream) return;
    const int descriptor = ::dirfd(stream.get());
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || touched_us(status) >= since_us_) changed_.insert(directory);
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (::fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (S_ISDIR(status.st_mode)) {
        enter(directory, name);
      } else if (touched_us(status) >= since_us_) {
        found_.push_back(directory + '/' + text::path_text(name));
      }
    }
  }

  void enter(const std::string& directory, std::string_view name) {
    if (is_left_unwatched(name)) return;
    std::string path = directory + '/' + text::path_text(name);
    if (filter_.enters(project_, path)) pending_.push_back(std::move(path));
  }

  core::WatchTarget project_;
  std::int64_t since_us_;
  WatchFilter& filter_;
  std::vector<std::string> pending_;
  std::unordered_set<std::string> looked_into_;
  std::unordered_set<std::string> changed_;
  std::vector<std::string> found_;
};

}  // namespace

std::int64_t last_touched_us(const std::string& path) {
  struct stat status {};
  return ::lstat(text::path_bytes(path).c_str(), &status) == 0 ? touched_us(status) : 0;
}

std::vector<std::string> touched_files(const std::string& root, std::int64_t since_us,
                                       const std::vector<std::string>& known, WatchFilter& filter) {
  TouchedFiles touched(root, since_us, filter);
  touched.walk();
  touched.find_gone(known);
  return touched.take();
}

}  // namespace governor::daemon
