#include "daemon/files/leftovers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "daemon/files/read_descriptor.hpp"
#include "ipc/process_identity.hpp"
#include "ipc/random_id.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

/// The directories in which nothing is left. Once for each is enough, since this process leaves nothing.
class CleanDirectories {
 public:
  bool contains(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return paths_.contains(path);
  }
  void insert(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (paths_.size() >= kRemembered) paths_.clear();
    paths_.insert(path);
  }

 private:
  static constexpr std::size_t kRemembered = 4096;
  std::mutex mutex_;
  std::unordered_set<std::string> paths_;
};

enum class Owner { nobody, this_process, gone, living };

/// Where every container begins with the same pids, a pid alone does not tell two processes apart.
std::string own_mark() {
  static const std::string kRandom = ipc::random_hex(4);
  return fmt::format("{}-{}-", ::getpid(), kRandom);
}

bool is_gone(pid_t pid) {
  if (pid == ::getpid()) return true;  // of one that had this pid before
  if (::kill(pid, 0) != 0) return errno == ESRCH;
  // There is nothing to identify where a process has ended and nobody has buried it yet.
  return !ipc::identify_process(pid) && ipc::identify_process(::getpid());
}

bool is_kept_name(std::string_view name) {
  return name.ends_with(".kept");
}

/// Whose temporary file it is, `.governor-<pid>-<random>-<number>.tmp` or `.kept`. A pid that somebody else
/// has now, or of a process that nobody has buried yet, counts as living: the file then stays for a later
/// write.
Owner owner_of(std::string_view name) {
  if (!is_temporary_name(name)) return Owner::nobody;
  name.remove_prefix(kTemporaryFilePrefix.size());
  if (name.starts_with(own_mark())) return Owner::this_process;
  pid_t pid = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
  name.remove_prefix(static_cast<std::size_t>(parsed.ptr - name.data()));
  if (parsed.ec != std::errc() || pid <= 0 || !name.starts_with('-')) return Owner::nobody;
  return is_gone(pid) ? Owner::gone : Owner::living;
}

/// Who cannot be read, stays.
bool may_go(const std::string& path, int directory, const std::string& name, const IsKept& is_kept) {
  if (!is_kept_name(name)) return true;
  const ipc::UniqueFd file(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return false;
  const auto content =
      read_descriptor(file.get(), path + "/" + name, std::numeric_limits<std::uint32_t>::max());
  return content && is_kept(content->sha256);
}

}  // namespace

TemporaryName new_temporary_name() {
  static std::atomic<std::uint64_t> counter{0};
  return {fmt::format("{}{}{}", kTemporaryFilePrefix, own_mark(), ++counter)};
}

void remove_leftovers(const std::string& path, int directory, const IsKept& is_kept) {
  static CleanDirectories clean;
  if (clean.contains(path)) return;
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), &::closedir);
  if (!stream) {
    ::close(copy);
    return;
  }
  std::vector<std::string> leftovers;
  bool some_stay = false;
  while (const dirent* entry = ::readdir(stream.get())) {
    const Owner owner = owner_of(entry->d_name);
    if (owner == Owner::gone) leftovers.emplace_back(entry->d_name);
    some_stay = some_stay || owner == Owner::living;
  }
  for (const std::string& name : leftovers) {
    if (may_go(path, directory, name, is_kept)) {
      ::unlinkat(directory, name.c_str(), 0);
    } else {
      some_stay = true;
    }
  }
  if (!some_stay) clean.insert(path);
}

}  // namespace governor::daemon
