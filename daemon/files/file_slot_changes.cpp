// How a file's content changes: beside it first, then in one step, and looked at once more.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <limits>

#include "daemon/files/file_attributes.hpp"
#include "daemon/files/file_errors.hpp"
#include "daemon/files/file_slot.hpp"
#include "daemon/files/open_directory.hpp"
#include "daemon/files/read_descriptor.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/support/sync_descriptor.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

using ipc::fault_at;
using ipc::FaultPoint;

enum class RenameWay { exchange, no_replace };
enum class Renamed { done, unsupported, failed };

/// A file system that is not this machine's may have done what it says it has not.
Renamed report_of_done() {
  return fault_at(FaultPoint::exchange_swapped) ? Renamed::failed : Renamed::done;
}

bool is_not_supported(int cause) {
  return cause == ENOTSUP || cause == EOPNOTSUPP;  // NOLINT(misc-redundant-expression): two numbers on macOS
}

/// `exchange` gives each of the two names what the other had; `no_replace` takes no name that is in use. In
/// one step, or not at all.
Renamed rename_with(RenameWay way, int directory, const std::string& from, const std::string& to) {
  if (fault_at(FaultPoint::exchange_rename)) return Renamed::failed;
#if defined(__linux__)
  const unsigned flags = way == RenameWay::exchange ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (::renameat2(directory, from.c_str(), directory, to.c_str(), flags) == 0) return report_of_done();
#elif defined(RENAME_SWAP)
  const unsigned flags = way == RenameWay::exchange ? RENAME_SWAP : RENAME_EXCL;
  if (::renameatx_np(directory, from.c_str(), directory, to.c_str(), flags) == 0) return report_of_done();
#else
  errno = ENOSYS;
#endif
  const bool unsupported = errno == EINVAL || errno == ENOSYS || is_not_supported(errno);
  return unsupported ? Renamed::unsupported : Renamed::failed;
}

bool links_are_unsupported(int cause) {
  return cause == EPERM || cause == ENOSYS || is_not_supported(cause) || cause == EINVAL;
}

bool is_abandoned(const FileReplacement& change) {
  return change.abandoned != nullptr && *change.abandoned;
}

}  // namespace

/// The new content under a name that nobody looks for, until it takes its place.
class FileSlot::Temporary {
 public:
  Temporary(int directory, TemporaryName names)
      : directory_(directory), names_(std::move(names)), name_(names_.written()) {
    if (!fault_at(FaultPoint::exchange_create))
      file_ = ipc::UniqueFd(
          ::openat(directory_, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) cause_ = errno;
  }
  ~Temporary() {
    if (file_ && !gone_) ::unlinkat(directory_, name_.c_str(), 0);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  bool write(std::string_view bytes) {
    if (!file_) return false;
    while (!bytes.empty()) {
      const ssize_t written =
          fault_at(FaultPoint::exchange_write) ? -1 : ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return note(errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  bool sync() {
    return (!fault_at(FaultPoint::exchange_sync) && sync_descriptor(file_.get()) == 0) || note(errno);
  }
  /// From now on it may be somebody's change that lies under the name.
  bool take_second_name() {
    if (fault_at(FaultPoint::exchange_second_name) ||
        ::renameat(directory_, name_.c_str(), directory_, names_.kept().c_str()) != 0)
      return note(errno);
    name_ = names_.kept();
    return true;
  }
  enum class Under { itself, something_else, unknown };
  /// What lies under its name. A file system that is not this machine's may say that it failed and have done
  /// what it was asked all the same.
  [[nodiscard]] Under look() const {
    struct stat own;
    struct stat found;
    if (::fstat(file_.get(), &own) != 0) return Under::unknown;
    if (::fstatat(directory_, name_.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT ? Under::something_else : Under::unknown;
    const bool is_same = own.st_dev == found.st_dev && own.st_ino == found.st_ino;
    return is_same ? Under::itself : Under::something_else;
  }
  /// It has another name now.
  void forget() { gone_ = true; }

  [[nodiscard]] int fd() const { return file_.get(); }
  [[nodiscard]] int cause() const { return cause_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  bool note(int cause) {
    cause_ = cause;
    return false;
  }

  int directory_;
  TemporaryName names_;
  std::string name_;
  ipc::UniqueFd file_;
  int cause_ = 0;
  bool gone_ = false;
};

std::optional<core::Error> FileSlot::write_temporary(Temporary& temporary, const FileReplacement& change,
                                                     const FileContent& old) {
  if (!temporary.write(change.content)) return file_error("Cannot write beside", path_, temporary.cause());
  if (old.exists) {
    before_ = ipc::UniqueFd(
        ::openat(directory_.get(), name().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!before_) return changed_meanwhile();
    if (auto error = copy_attributes(before_.get(), temporary.fd(), path_)) return error;
  } else {
    give_rights_of_directory(directory_.get(), temporary.fd(), false);
  }
  if (change.look) {
    if (auto error = give_look(temporary.fd(), *change.look, path_)) return error;
  }
  if (!temporary.sync()) return file_error("Cannot write beside", path_, temporary.cause());
  return std::nullopt;
}

FileChangeOutcome FileSlot::replace(const FileReplacement& change, const FileContent& old) {
  FileChangeOutcome outcome;
  const auto fail = [&](core::Error error) {
    outcome.failure = std::move(error);
    return std::move(outcome);
  };
  if (auto error = check_writable(old)) return fail(*std::move(error));
  if (!directory_ && old.exists) return fail(changed_meanwhile());
  if (!directory_) directory_ = open_directory(directory_path(), MissingDirectory::is_made);
  if (!directory_) return fail(file_error("Cannot make the directory of", path_, errno));
  Temporary temporary(directory_.get(), change.name);
  if (auto error = write_temporary(temporary, change, old)) return fail(*std::move(error));
  if (auto error = check_directory()) return fail(*std::move(error));
  if (auto error = check_unchanged(old, name())) return fail(*std::move(error));
  if (is_abandoned(change)) return fail(changed_meanwhile());
  if (change.last_word) {
    if (auto error = change.last_word()) return fail(*std::move(error));
  }
  if (old.exists) {
    swap_in(temporary, change, old, outcome);
  } else {
    put_new(temporary, outcome);
  }
  confirm(outcome);
  return outcome;
}

/// Where there was nothing: a name that somebody else has taken meanwhile stays his.
void FileSlot::put_new(Temporary& temporary, FileChangeOutcome& outcome) {
  const int directory = directory_.get();
  const Renamed renamed = rename_with(RenameWay::no_replace, directory, temporary.name(), name());
  const int cause = errno;
  if (renamed == Renamed::done ||
      (renamed == Renamed::failed && temporary.look() == Temporary::Under::something_else)) {
    temporary.forget();
    return;
  }
  errno = cause;
  if (renamed == Renamed::unsupported) {
    if (::linkat(directory, temporary.name().c_str(), directory, name().c_str(), 0) == 0) return;
    if (links_are_unsupported(errno)) {
      if (::renameat(directory, temporary.name().c_str(), directory, name().c_str()) == 0) {
        temporary.forget();
        return;
      }
    }
  }
  outcome.failure = errno == EEXIST ? changed_meanwhile() : file_error("Cannot write", path_, errno);
}

/// After an exchange the old file lies under the temporary name and can be looked at once more: what somebody
/// wrote at the very last moment is put back instead of being lost, and if that cannot be, it is kept and
/// told.
void FileSlot::swap_in(Temporary& temporary, const FileReplacement& change, const FileContent& old,
                       FileChangeOutcome& outcome) {
  const int directory = directory_.get();
  if (!temporary.take_second_name()) {
    outcome.failure = file_error("Cannot write beside", path_, temporary.cause());
    return;
  }
  const Renamed exchanged = rename_with(RenameWay::exchange, directory, temporary.name(), name());
  const int cause = errno;
  if (exchanged == Renamed::unsupported) {
    if (::renameat(directory, temporary.name().c_str(), directory, name().c_str()) == 0) {
      temporary.forget();
    } else {
      outcome.failure = file_error("Cannot write", path_, errno);
    }
    return;
  }
  const auto under = exchanged == Renamed::done ? Temporary::Under::something_else : temporary.look();
  if (under != Temporary::Under::itself) temporary.forget();  // what lies there may be somebody's
  if (under != Temporary::Under::something_else) {
    outcome.failure = cause == ENOENT ? changed_meanwhile() : file_error("Cannot write", path_, cause);
    return;
  }
  if (!check_unchanged(old, temporary.name())) {
    settle(change.name, old.sha256, outcome);
    return;
  }
  const bool is_back =
      rename_with(RenameWay::exchange, directory, temporary.name(), name()) == Renamed::done ||
      temporary.look() == Temporary::Under::itself;
  if (is_back) outcome.failure = changed_meanwhile();
  settle(change.name, is_back ? sha256_hex(change.content) : old.sha256, outcome);
}

/// Lets go of what lies under the second name, if it is what is known. Otherwise it is somebody's.
void FileSlot::settle(const TemporaryName& name, const std::string& known_sha256,
                      FileChangeOutcome& outcome) {
  auto content = read_named(name.kept(), std::numeric_limits<std::uint32_t>::max());
  if (content && (!content->exists || content->sha256 == known_sha256)) {
    drop(name);  // if it stays, it is found to be known later
    return;
  }
  outcome.left_at = path_.substr(0, path_.rfind('/') + 1) + name.kept();
  if (content) outcome.displaced = *std::move(content);
}

std::optional<FileLook> FileSlot::look() const {
  struct stat info;
  if (::fstatat(directory_.get(), name().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return FileLook{info.st_mode & 07777, modified_us(info)};
}

void FileSlot::drop(const TemporaryName& name) {
  ::unlinkat(directory_.get(), name.kept().c_str(), 0);
}

/// The name has its new file, or none; whether the disk knows it yet is what is asked here.
void FileSlot::confirm(FileChangeOutcome& outcome) {
  const bool failed = fault_at(FaultPoint::exchange_confirm) || sync_descriptor(directory_.get()) != 0;
  if (failed && !outcome.failure) outcome.unconfirmed = true;
}

FileChangeOutcome FileSlot::remove(const FileContent& old, const TemporaryName& name,
                                   const LastWord& last_word) {
  FileChangeOutcome outcome;
  if (!directory_ || !old.exists) return outcome;
  outcome.failure = check_writable(old);
  if (!outcome.failure) outcome.failure = check_directory();
  before_ = ipc::UniqueFd(
      ::openat(directory_.get(), this->name().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!outcome.failure) outcome.failure = check_unchanged(old, this->name());
  if (!outcome.failure && last_word) outcome.failure = last_word();
  if (outcome.failure) return outcome;
  const int directory = directory_.get();
  const std::string own = this->name();
  if (::renameat(directory, own.c_str(), directory, name.kept().c_str()) != 0) {
    if (errno != ENOENT) outcome.failure = file_error("Cannot remove", path_, errno);
    return outcome;
  }
  if (check_unchanged(old, name.kept())) {
    const Renamed back = rename_with(RenameWay::no_replace, directory, name.kept(), own);
    if (back == Renamed::unsupported &&
        ::linkat(directory, name.kept().c_str(), directory, own.c_str(), 0) == 0)
      drop(name);
    outcome.failure = changed_meanwhile();
  }
  settle(name, old.sha256, outcome);
  confirm(outcome);
  return outcome;
}

}  // namespace governor::daemon
