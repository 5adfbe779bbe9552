#include "daemon/files/leftovers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace governor::daemon {
namespace {

constexpr std::size_t kRememberedDirectories = 4096;

bool first_visit(const std::string& path) {
  static std::mutex mutex;
  static std::unordered_set<std::string> visited;
  const std::lock_guard lock(mutex);
  if (visited.size() >= kRememberedDirectories) visited.clear();
  return visited.insert(path).second;
}

/// `.governor-<pid>-<number>.tmp` of a process that is gone. One that has the same pid now keeps it from
/// being removed, no more than that.
bool is_leftover(std::string_view name) {
  if (!name.starts_with(kTemporaryFilePrefix) || !name.ends_with(".tmp")) return false;
  name.remove_prefix(kTemporaryFilePrefix.size());
  pid_t pid = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (parsed.ec != std::errc() || pid <= 0 ||
      !name.substr(static_cast<std::size_t>(parsed.ptr - name.data())).starts_with('-'))
    return false;
  return pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH);
}

}  // namespace

std::string temporary_name() {
  static std::atomic<std::uint64_t> counter{0};
  return fmt::format("{}{}-{}.tmp", kTemporaryFilePrefix, ::getpid(), ++counter);
}

void remove_leftovers(const std::string& path, int directory) {
  if (!first_visit(path)) return;
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), &::closedir);
  if (!stream) {
    ::close(copy);
    return;
  }
  std::vector<std::string> leftovers;
  while (const dirent* entry = ::readdir(stream.get())) {
    if (is_leftover(entry->d_name)) leftovers.emplace_back(entry->d_name);
  }
  for (const std::string& name : leftovers) ::unlinkat(directory, name.c_str(), 0);
}

}  // namespace governor::daemon
