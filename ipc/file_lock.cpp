#include "ipc/file_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/sync/file_lock.hpp>
#include <cerrno>
#include <mutex>
#include <vector>

#include "ipc/unique_fd.hpp"

namespace governor::ipc {
namespace {

struct FileId {
  dev_t device;
  ino_t inode;
  bool operator==(const FileId&) const = default;
};

std::optional<FileId> id_at(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileId{info.st_dev, info.st_ino};
}

/// The files this process has locked. A forked child starts without locks, hence the pid.
class OwnLocks {
 public:
  bool contains(const FileId& file) {
    const std::lock_guard guard(mutex_);
    return std::find(entries_.begin(), entries_.end(), Entry{::getpid(), file}) != entries_.end();
  }
  void add(const FileId& file) {
    const std::lock_guard guard(mutex_);
    entries_.push_back(Entry{::getpid(), file});
  }
  void remove(const FileId& file) {
    const std::lock_guard guard(mutex_);
    std::erase(entries_, Entry{::getpid(), file});
  }

 private:
  struct Entry {
    pid_t process;
    FileId file;
    bool operator==(const Entry&) const = default;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

OwnLocks& own_locks() {
  static OwnLocks locks;
  return locks;
}

}  // namespace

struct FileLock::Held {
  std::string path;
  FileId file;
  UniqueFd pin;  // keeps the inode from being reused, so that comparing it means something
  boost::interprocess::file_lock lock;

  ~Held() { own_locks().remove(file); }
};

FileLock::FileLock(std::unique_ptr<Held> held) : held_(std::move(held)) {}
FileLock::FileLock(FileLock&&) noexcept = default;
FileLock& FileLock::operator=(FileLock&&) noexcept = default;
FileLock::~FileLock() = default;

Result<std::optional<FileLock>> FileLock::try_acquire(const std::string& path) {
  if (auto existing = id_at(path); existing && own_locks().contains(*existing)) {
    return std::optional<FileLock>();
  }
  UniqueFd pin(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat info;
  if (!pin || ::fstat(pin.get(), &info) != 0) return system_error("cannot open the lock file " + path, errno);

  auto held = std::make_unique<Held>();
  held->path = path;
  held->file = FileId{info.st_dev, info.st_ino};
  held->pin = std::move(pin);
  try {
    held->lock = boost::interprocess::file_lock(path.c_str());
    if (!held->lock.try_lock()) return std::optional<FileLock>();
  } catch (const boost::interprocess::interprocess_exception& failure) {
    const int cause = failure.get_native_error();
    return Error{Errc::io_error, cause,
                 describe_errno("cannot lock " + path, cause) + ": is it on a local file system?"};
  }
  // The file may have been replaced between opening and locking: then what is locked is not what others see.
  if (id_at(path) != held->file) return std::optional<FileLock>();
  own_locks().add(held->file);
  return std::optional<FileLock>(FileLock(std::move(held)));
}

Result<FileLock> FileLock::acquire(const std::string& path, Deadline deadline, Interrupts interrupts) {
  // fcntl() can wait only without a deadline, so the lock is tried again and again.
  for (auto wait = std::chrono::milliseconds(1);; wait = std::min(wait * 2, std::chrono::milliseconds(20))) {
    auto attempt = try_acquire(path);
    if (!attempt) return attempt.error();
    if (*attempt) return std::move(**attempt);
    if (deadline.expired()) {
      return Error{Errc::deadline_exceeded, 0,
                   "another process holds " + path + " for too long: see which with lsof or fuser"};
    }
    if (auto paused = pause_until(deadline.capped(wait), interrupts); !paused) return paused.error();
  }
}

bool FileLock::still_at_path() const {
  return held_ && id_at(held_->path) == held_->file;
}

const std::string& FileLock::path() const {
  return held_->path;
}

}  // namespace governor::ipc
