#include "daemon/files/file_slot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "daemon/files/file_attributes.hpp"
#include "daemon/files/file_errors.hpp"
#include "daemon/files/leftovers.hpp"
#include "daemon/files/open_directory.hpp"
#include "daemon/files/read_descriptor.hpp"
#include "daemon/support/sync_descriptor.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

bool same_directory(int a, int b) {
  struct stat one;
  struct stat two;
  return ::fstat(a, &one) == 0 && ::fstat(b, &two) == 0 && one.st_dev == two.st_dev &&
         one.st_ino == two.st_ino;
}

enum class Exchange { done, unsupported, failed };

/// Gives each of the two names what the other had, in one step.
Exchange exchange(int directory, const std::string& one, const std::string& two) {
#if defined(__linux__)
  if (::renameat2(directory, one.c_str(), directory, two.c_str(), RENAME_EXCHANGE) == 0)
    return Exchange::done;
#elif defined(RENAME_SWAP)
  if (::renameatx_np(directory, one.c_str(), directory, two.c_str(), RENAME_SWAP) == 0) return Exchange::done;
#else
  errno = ENOSYS;
#endif
  const bool unsupported = errno == EINVAL || errno == ENOSYS || errno == ENOTSUP || errno == EOPNOTSUPP;
  return unsupported ? Exchange::unsupported : Exchange::failed;
}

}  // namespace

/// The new content under a name that nobody looks for, until it takes its place.
class FileSlot::Temporary {
 public:
  Temporary(int directory, std::string name) : directory_(directory), name_(std::move(name)) {
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
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        cause_ = errno;
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  bool sync() {
    if (sync_descriptor(file_.get()) == 0) return true;
    cause_ = errno;
    return false;
  }
  /// It has another name now.
  void forget() { gone_ = true; }

  [[nodiscard]] int fd() const { return file_.get(); }
  [[nodiscard]] int cause() const { return cause_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  int directory_;
  std::string name_;
  ipc::UniqueFd file_;
  int cause_ = 0;
  bool gone_ = false;
};

std::string FileSlot::name() const {
  return text::path_bytes(path_.substr(path_.rfind('/') + 1));
}

std::string FileSlot::directory_path() const {
  return text::path_bytes(path_.substr(0, path_.rfind('/')));
}

core::Result<FileSlot> FileSlot::open(const std::string& real_path) {
  FileSlot slot(real_path, ipc::UniqueFd());
  slot.directory_ = open_directory(slot.directory_path());
  if (!slot.directory_ && errno != ENOENT)
    return file_error("Cannot open the directory of", real_path, errno);
  return slot;
}

core::Result<FileContent> FileSlot::read(std::uint64_t max_bytes) const {
  if (!directory_) return FileContent{};
  // Not blocking: opening a pipe would wait for somebody who writes into it.
  const ipc::UniqueFd file(
      ::openat(directory_.get(), name().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return FileContent{};
  if (!file) return file_error("Cannot open", path_, errno);
  return read_descriptor(file.get(), path_, max_bytes);
}

std::optional<core::Error> FileSlot::check_directory() const {
  const ipc::UniqueFd now = open_directory(directory_path());
  if (!now) return file_error("Cannot open the directory of", path_, errno);
  if (!same_directory(now.get(), directory_.get())) return changed_meanwhile();
  return std::nullopt;
}

core::Error FileSlot::changed_meanwhile() const {
  core::Error error(
      core::ErrorCode::conflict,
      fmt::format("{} was changed while it was about to be written; nothing was written.", path_),
      "Read the file again and decide anew.");
  error.field = "path";
  error.given = path_;
  return error;
}

std::optional<core::Error> FileSlot::check_unchanged(const FileContent& old) const {
  const auto now = read(std::max<std::uint64_t>(old.bytes.size(), 1) * 2);
  if (!now) {
    if (now.error().code == core::ErrorCode::limit_exceeded) return changed_meanwhile();
    return now.error();
  }
  if (now->exists != old.exists) return changed_meanwhile();
  if (old.exists && (!now->identity.same_file(old.identity) || now->sha256 != old.sha256))
    return changed_meanwhile();
  return std::nullopt;
}

std::optional<core::Error> FileSlot::check_writable(const FileContent& old) const {
  if (!old.exists || (old.mode & 0222) != 0) return std::nullopt;
  core::Error error(core::ErrorCode::conflict, fmt::format("{} is read-only for everybody.", path_),
                    "If it is to be written, make it writable first.");
  error.field = "path";
  error.given = path_;
  return error;
}

std::optional<core::Error> FileSlot::replace(std::string_view content, const FileContent& old) {
  if (auto error = check_writable(old)) return error;
  if (!directory_ && old.exists) return changed_meanwhile();
  if (!directory_) directory_ = open_directory(directory_path(), MissingDirectory::is_made);
  if (!directory_) return file_error("Cannot make the directory of", path_, errno);
  remove_leftovers(directory_path(), directory_.get());
  Temporary temporary(directory_.get(), temporary_name());
  if (!temporary.write(content)) return file_error("Cannot write beside", path_, temporary.cause());
  if (old.exists) {
    before_ = ipc::UniqueFd(
        ::openat(directory_.get(), name().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!before_) return changed_meanwhile();
    if (auto error = copy_attributes(before_.get(), temporary.fd(), path_)) return error;
  } else {
    give_rights_of_directory(directory_.get(), temporary.fd(), false);
  }
  if (!temporary.sync()) return file_error("Cannot write beside", path_, temporary.cause());
  if (auto error = check_directory()) return error;
  if (auto error = check_unchanged(old)) return error;
  if (auto error = put_in_place(temporary, old)) return error;
  // The name has its new file; whether the disk knows it yet is what is asked here.
  if (sync_descriptor(directory_.get()) != 0)
    return file_error("Cannot write to the directory of", path_, errno);
  return std::nullopt;
}

std::optional<core::Error> FileSlot::put_in_place(Temporary& temporary, const FileContent& old) {
  const int directory = directory_.get();
  if (old.exists) return swap_in(temporary, old);
  // A link, unlike a rename, takes no name that somebody else has taken meanwhile.
  if (::linkat(directory, temporary.name().c_str(), directory, name().c_str(), 0) == 0) return std::nullopt;
  if (errno == EEXIST) return changed_meanwhile();
  // Some file systems have no links.
  if (::renameat(directory, temporary.name().c_str(), directory, name().c_str()) != 0)
    return file_error("Cannot write", path_, errno);
  temporary.forget();
  return std::nullopt;
}

/// After an exchange the old file lies under the temporary name and can be looked at once more: what somebody
/// wrote at the very last moment is put back instead of being lost.
std::optional<core::Error> FileSlot::swap_in(Temporary& temporary, const FileContent& old) {
  const int directory = directory_.get();
  switch (exchange(directory, temporary.name(), name())) {
    case Exchange::failed:
      if (errno == ENOENT) return changed_meanwhile();
      return file_error("Cannot write", path_, errno);
    case Exchange::unsupported:
      if (::renameat(directory, temporary.name().c_str(), directory, name().c_str()) != 0)
        return file_error("Cannot write", path_, errno);
      temporary.forget();
      return std::nullopt;
    case Exchange::done: break;
  }
  FileSlot displaced(path_.substr(0, path_.rfind('/')) + "/" + temporary.name(),
                     ipc::UniqueFd(::fcntl(directory, F_DUPFD_CLOEXEC, 0)));
  if (auto changed = displaced.check_unchanged(old)) {
    if (exchange(directory, temporary.name(), name()) != Exchange::done)
      return file_error("Cannot put back the newer content of", path_, errno);
    return changed_meanwhile();
  }
  return std::nullopt;
}

std::optional<core::Error> FileSlot::remove(const FileContent& old) {
  if (!directory_ || !old.exists) return std::nullopt;
  if (auto error = check_writable(old)) return error;
  if (auto error = check_directory()) return error;
  before_ = ipc::UniqueFd(
      ::openat(directory_.get(), name().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (auto error = check_unchanged(old)) return error;
  if (::unlinkat(directory_.get(), name().c_str(), 0) != 0 && errno != ENOENT)
    return file_error("Cannot remove", path_, errno);
  if (sync_descriptor(directory_.get()) != 0)
    return file_error("Cannot write to the directory of", path_, errno);
  return std::nullopt;
}

}  // namespace governor::daemon
