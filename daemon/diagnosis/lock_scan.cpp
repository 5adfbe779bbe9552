#include "daemon/diagnosis/lock_scan.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "daemon/diagnosis/directory.hpp"
#include "daemon/diagnosis/lock_names.hpp"
#include "daemon/diagnosis/process_sighting.hpp"
#include "daemon/support/valid_utf8.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

using Clock = std::chrono::steady_clock;

int rank(LockState state) {
  switch (state) {
    case LockState::dead: return 0;
    case LockState::unknown: return 1;
    case LockState::alive: break;
  }
  return 2;
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// One walk. A directory that cannot be entered is passed over: what cannot be read cannot be judged.
class LockWalk {
 public:
  LockWalk(const LockScanRequest& request, const LockScanLimits& limits, const SystemView& system,
           const std::atomic<bool>& cancelled)
      : request_(request),
        limits_(limits),
        system_(system),
        cancelled_(cancelled),
        deadline_(Clock::now() + limits.time) {
    for (const std::string& path : request.excluded) {
      struct stat status {};
      if (::lstat(path.c_str(), &status) == 0) excluded_.emplace_back(status.st_dev, status.st_ino);
    }
  }

  std::optional<core::Error> begin() {
    auto top = Directory::open_at(AT_FDCWD, text::path_bytes(request_.directory));
    struct stat status {};
    if (!top || ::fstat(top->fd(), &status) != 0) return refusal(errno);
    if (is_excluded(status)) {
      return core::invalid_argument("directory", fmt::format("\"{}\"", request_.directory),
                                    "a directory other than governor's own");
    }
    device_ = status.st_dev;
    enter(*top, text::path_bytes(request_.directory), 0);
    return std::nullopt;
  }

  LockReport take_report() {
    if (report_.incomplete_because.empty() && too_deep_) {
      stop(fmt::format("there are directories more than {} levels down", limits_.depth));
    }
    std::sort(report_.locks.begin(), report_.locks.end(), [](const FoundLock& a, const FoundLock& b) {
      return std::forward_as_tuple(rank(a.verdict.state), a.path) <
             std::forward_as_tuple(rank(b.verdict.state), b.path);
    });
    return std::move(report_);
  }

 private:
  core::Error refusal(int error) const {
    core::Error refused =
        core::invalid_argument("directory", fmt::format("\"{}\"", request_.directory),
                               "the absolute path of a directory that is no symbolic link and can be read");
    refused.message += fmt::format(" ({})", std::strerror(error));
    return refused;
  }

  bool is_excluded(const struct stat& status) const {
    return std::find(excluded_.begin(), excluded_.end(), std::pair(status.st_dev, status.st_ino)) !=
           excluded_.end();
  }

  bool may_go_on() {
    if (cancelled_) return stop("it was cancelled");
    if (Clock::now() >= deadline_) return stop(fmt::format("it took over {} ms", limits_.time.count()));
    if (report_.locks.size() >= limits_.locks)
      return stop(fmt::format("there are over {} locks", limits_.locks));
    return true;
  }

  bool stop(std::string reason) {
    if (report_.incomplete_because.empty()) report_.incomplete_because = std::move(reason);
    return false;
  }

  /// All names first: removing from a directory while it is read may hide others.
  std::vector<std::string> names_in(Directory& directory) {
    std::vector<std::string> names;
    while (may_go_on()) {
      auto name = directory.next();
      if (!name) break;
      if (report_.entries >= limits_.entries) {
        stop(fmt::format("there are over {} names", limits_.entries));
        break;
      }
      ++report_.entries;
      names.push_back(*std::move(name));
    }
    return names;
  }

  void enter(Directory& directory, const std::string& path, int depth) {
    for (const std::string& name : names_in(directory)) {
      if (!may_go_on()) return;
      look_at(directory.fd(), path, name, depth);
    }
  }

  void look_at(int directory, const std::string& path, const std::string& name, int depth) {
    struct stat status {};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (S_ISREG(status.st_mode)) {
      if (is_lock_file_name(last_part(path), name)) {
        note(directory, path, examine_lock_file(directory, name, system_));
      }
    } else if (S_ISDIR(status.st_mode) && is_lock_directory_name(name)) {
      note(directory, path, examine_lock_directory(directory, name, system_));
    } else if (S_ISDIR(status.st_mode) && status.st_dev == device_ && !is_excluded(status) &&
               !is_passed_over(name)) {
      too_deep_ = too_deep_ || depth >= limits_.depth;
      if (depth >= limits_.depth) return;
      if (auto inside = Directory::open_at(directory, name)) enter(*inside, path + '/' + name, depth + 1);
    }
  }

  void note(int directory, const std::string& path, const std::optional<LockFile>& lock) {
    if (!lock) return;
    FoundLock found;
    found.path = text::path_text(path + '/' + lock->name);
    found.directory = lock->directory;
    found.content = lock->evidence.content;
    found.content.host = valid_utf8(found.content.host);
    found.content.holder = valid_utf8(found.content.holder);
    found.written_us = lock->evidence.modified_us;
    found.verdict = judge_lock(lock->evidence, system_.host);
    found.verdict.reason = valid_utf8(found.verdict.reason);
    if (request_.remove && found.verdict.state == LockState::dead) {
      const auto kept = remove_lock(directory, *lock);
      found.removed = !kept;
      found.kept_because = kept.value_or("");
    }
    report_.locks.push_back(std::move(found));
  }

  const LockScanRequest& request_;
  const LockScanLimits& limits_;
  const SystemView& system_;
  const std::atomic<bool>& cancelled_;
  Clock::time_point deadline_;
  std::vector<std::pair<dev_t, ino_t>> excluded_;
  dev_t device_ = 0;
  bool too_deep_ = false;
  LockReport report_;
};

}  // namespace

core::Result<LockReport> scan_locks(const LockScanRequest& request, const LockScanLimits& limits,
                                    const SystemView& system, const std::atomic<bool>& cancelled) {
  LockWalk walk(request, limits, system, cancelled);
  if (auto refused = walk.begin()) return *std::move(refused);
  return walk.take_report();
}

SystemView view_of_system() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return {kernel_locks(), host.data(), sight_process};
}

}  // namespace governor::daemon
