#include "daemon/diagnosis/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/diagnosis/directory.hpp"
#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kLargestRecord = 4096;

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

FileStamp stamp_of(const struct stat& status) {
#ifdef __APPLE__
  const timespec& modified = status.st_mtimespec;
  const timespec& changed = status.st_ctimespec;
#else
  const timespec& modified = status.st_mtim;
  const timespec& changed = status.st_ctim;
#endif
  return {status.st_dev, status.st_ino, static_cast<std::int64_t>(status.st_size), nanoseconds(modified),
          nanoseconds(changed)};
}

std::optional<struct stat> status_at(int directory, const std::string& name) {
  struct stat status {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return status;
}

const LockedFile* find_lock(const std::vector<LockedFile>& locks, const FileStamp& stamp) {
  const auto found = std::find_if(locks.begin(), locks.end(), [&](const LockedFile& lock) {
    return lock.inode == stamp.inode &&
           lock.device_major == static_cast<std::uint64_t>(major(stamp.device)) &&
           lock.device_minor == static_cast<std::uint64_t>(minor(stamp.device));
  });
  return found == locks.end() ? nullptr : &*found;
}

/// Asks without taking anything.
bool has_record_lock(int fd) {
  struct flock asked {};
  asked.l_type = F_WRLCK;
  asked.l_whence = SEEK_SET;
  return ::fcntl(fd, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK;
}

/// A shared lock, given back at once: the only question that flock() knows.
bool has_flock(int fd) {
  if (::flock(fd, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  ::flock(fd, LOCK_UN);
  return false;
}

ipc::UniqueFd open_at(int directory, const std::string& name) {
  return ipc::UniqueFd(
      ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

std::optional<std::string> read_record(int fd) {
  std::array<char, kLargestRecord> buffer;
  const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (got < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(got));
}

/// Whether the open file is still the one with this stamp, as is what stands at its name.
bool is_unchanged(int fd, int directory, const std::string& name, const FileStamp& stamp) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || stamp_of(status) != stamp) return false;
  const auto at_name = status_at(directory, name);
  return at_name && stamp_of(*at_name) == stamp;
}

std::string failure(const char* what) {
  return ipc::describe_errno(what, errno);
}

/// Removes the file unless it has changed or somebody holds it, while holding it itself: whoever locks it in
/// the way of the programs we clean up after cannot come in between.
std::optional<std::string> remove_file(int directory, const std::string& name, const FileStamp& stamp) {
  const ipc::UniqueFd fd = open_at(directory, name);
  if (!fd) return failure("it cannot be opened");
  if (has_record_lock(fd.get())) return "a process has locked it meanwhile";
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? "a process has locked it meanwhile" : failure("it cannot be locked");
  }
  if (!is_unchanged(fd.get(), directory, name, stamp)) return "it has changed meanwhile";
  if (::unlinkat(directory, name.c_str(), 0) != 0) return failure("it cannot be removed");
  return std::nullopt;
}

}  // namespace

std::optional<LockFile> examine_lock_file(int directory, const std::string& name, const SystemView& system) {
  const auto status = status_at(directory, name);
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  LockFile lock;
  lock.name = name;
  lock.stamp = stamp_of(*status);
  LockEvidence& evidence = lock.evidence;
  evidence.modified_us = lock.stamp.modified_ns / 1000;
  evidence.belongs_to_user = status->st_uid == ::geteuid();
  if (const LockedFile* held = find_lock(system.kernel_locks, lock.stamp)) {
    evidence.held = true;
    if (held->pid > 0) evidence.content.pid = held->pid;
    return lock;
  }
  evidence.says_everything = static_cast<std::size_t>(lock.stamp.size) < kLargestRecord;
  const ipc::UniqueFd fd = open_at(directory, name);
  struct stat opened {};
  if (!fd || ::fstat(fd.get(), &opened) != 0 || opened.st_ino != lock.stamp.inode ||
      opened.st_dev != lock.stamp.device) {
    evidence.readable = false;
    return lock;
  }
  evidence.held = has_record_lock(fd.get()) || has_flock(fd.get());
  if (const auto record = read_record(fd.get())) evidence.content = read_lock_content(*record);
  if (evidence.content.pid) evidence.owner = system.sight(*evidence.content.pid);
  return lock;
}

std::optional<LockFile> examine_lock_directory(int directory, const std::string& name,
                                               const SystemView& system) {
  const auto status = status_at(directory, name);
  if (!status || !S_ISDIR(status->st_mode)) return std::nullopt;
  LockFile lock;
  lock.name = name;
  lock.directory = true;
  lock.stamp = stamp_of(*status);
  lock.evidence.modified_us = lock.stamp.modified_ns / 1000;
  lock.evidence.belongs_to_user = status->st_uid == ::geteuid();
  auto inside = Directory::open_at(directory, name);
  lock.evidence.readable = inside.has_value();
  if (!inside) return lock;
  for (auto entry = inside->next(); entry; entry = inside->next()) {
    auto record = lock.record_name.empty() ? examine_lock_file(inside->fd(), *entry, system) : std::nullopt;
    if (!record) {  // a second entry, or one that is no file
      lock.evidence.says_everything = false;
      break;
    }
    lock.record_name = *entry;
    lock.record_stamp = record->stamp;
    record->evidence.modified_us = std::max(record->evidence.modified_us, lock.evidence.modified_us);
    record->evidence.belongs_to_user &= lock.evidence.belongs_to_user;
    lock.evidence = std::move(record->evidence);
  }
  return lock;
}

std::optional<std::string> remove_lock(int directory, const LockFile& lock) {
  if (!lock.directory) return remove_file(directory, lock.name, lock.stamp);
  const auto inside = Directory::open_at(directory, lock.name);
  struct stat status {};
  if (!inside || ::fstat(inside->fd(), &status) != 0) return failure("it cannot be opened");
  if (stamp_of(status) != lock.stamp) return "it has changed meanwhile";
  if (auto failed = remove_file(inside->fd(), lock.record_name, lock.record_stamp)) return failed;
  if (::unlinkat(directory, lock.name.c_str(), AT_REMOVEDIR) != 0) return failure("it cannot be removed");
  return std::nullopt;
}

}  // namespace governor::daemon
