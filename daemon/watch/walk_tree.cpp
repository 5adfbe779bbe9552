#include "daemon/watch/walk_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <memory>
#include <utility>
#include <vector>

#include "daemon/watch/watch_plan.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

enum class EntryKind { directory, other, gone };

EntryKind kind_of(int directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR ? EntryKind::directory : EntryKind::other;
  struct stat status {};
  if (::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::gone;
  return S_ISDIR(status.st_mode) ? EntryKind::directory : EntryKind::other;
}

bool is_real_directory(const std::string& path) {
  struct stat status {};
  return ::lstat(text::path_bytes(path).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

void walk_tree(const std::string& start, const std::function<bool(const std::string&)>& enter,
               const std::function<bool(const std::string&)>& see) {
  if (!is_real_directory(start) || !enter(start)) return;
  std::vector<std::string> pending{start};
  while (!pending.empty()) {
    const std::string directory = std::move(pending.back());
    pending.pop_back();
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(text::path_bytes(directory).c_str()),
                                                     &::closedir);
    if (!stream) continue;
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string name = text::path_text(entry->d_name);
      if (name == "." || name == "..") continue;
      const EntryKind kind = kind_of(::dirfd(stream.get()), *entry);
      std::string path = directory == "/" ? "/" + name : directory + "/" + name;
      if (kind == EntryKind::directory) {
        if (!is_left_unwatched(name) && enter(path)) pending.push_back(std::move(path));
      } else if (kind == EntryKind::other && !see(path)) {
        return;
      }
    }
  }
}

}  // namespace governor::daemon
