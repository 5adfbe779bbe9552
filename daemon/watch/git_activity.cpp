#include "daemon/watch/git_activity.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "daemon/watch/git_places.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

/// HEAD moves when all files are there, and those are looked at a little later.
constexpr std::int64_t kAfterMoveNs = 5'000'000'000;
/// The index follows the files at once; a look of git's that only refreshes it comes later.
constexpr std::int64_t kIndexFollowsNs = 300'000'000;

std::int64_t modified_at_ns(const std::string& bytes) {
  struct stat status {};
  if (::stat(bytes.c_str(), &status) != 0) return 0;
#ifdef __APPLE__
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// What moved HEAD last, as git writes it down: "checkout: moving from a to b".
std::string last_move(const std::string& log) {
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  constexpr std::streamoff kTail = 4096;
  const std::streamoff size = file.tellg();
  if (size <= 0) return {};
  file.seekg(std::max<std::streamoff>(0, size - kTail));
  std::string last;
  for (std::string line; std::getline(file, line);) last = line;
  const std::size_t tab = last.find('\t');
  return tab == std::string::npos ? std::string() : last.substr(tab + 1);
}

/// When the repository got its newest content, as far as that is not packed.
std::int64_t last_object_ns(const std::string& objects) {
  constexpr char kHex[] = "0123456789abcdef";
  std::int64_t last = 0;
  for (int i = 0; i < 256; ++i)
    last = std::max(last, modified_at_ns(objects + "/" + kHex[i / 16] + kHex[i % 16]));
  return last;
}

bool is_plain_commit(const std::string& move) {
  return move.starts_with("commit:") || move.starts_with("commit (amend):") ||
         move.starts_with("commit (initial):");
}

}  // namespace

GitActivity::Repository GitActivity::look_at(const std::string& directory) {
  Repository found;
  const std::string git = git_directory(text::path_bytes(directory));
  if (git.empty()) return found;
  found.exists = true;
  found.is_locked = modified_at_ns(git + "/index.lock") != 0;
  found.index_ns = modified_at_ns(git + "/index");
  found.objects_ns = last_object_ns(git + "/objects");
  if (!is_plain_commit(last_move(git + "/logs/HEAD"))) {
    for (const char* name : {"/HEAD", "/logs/HEAD"})
      found.head_moved_ns = std::max(found.head_moved_ns, modified_at_ns(git + name));
  }
  return found;
}

const GitActivity::Repository& GitActivity::repository_of(const std::string& directory) {
  const auto known = of_directories_.find(directory);
  if (known != of_directories_.end()) return known->second;
  Repository found = look_at(directory);
  const std::size_t slash = directory.rfind('/');
  if (!found.exists && slash != std::string::npos && slash > 0)
    found = repository_of(directory.substr(0, slash));
  return of_directories_.emplace(directory, found).first->second;
}

bool GitActivity::has_changed(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/'));
  const Repository& repository = repository_of(directory);
  if (!repository.exists) return false;
  if (repository.is_locked) return true;
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
  if (now - repository.head_moved_ns < kAfterMoveNs) return true;
  // Of a file that is gone its directory knows when.
  std::int64_t changed = modified_at_ns(text::path_bytes(path));
  if (changed == 0) changed = modified_at_ns(text::path_bytes(directory));
  const std::int64_t follows = repository.index_ns - changed;
  // What was added by hand is new to git; what git checks out it has had before.
  if (repository.objects_ns >= changed) return false;
  return changed != 0 && follows >= 0 && follows < kIndexFollowsNs;
}

}  // namespace governor::daemon
