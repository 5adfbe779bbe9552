#include "daemon/files/file_slot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "daemon/files/file_errors.hpp"
#include "daemon/files/open_directory.hpp"
#include "daemon/files/read_descriptor.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

bool same_directory(int a, int b) {
  struct stat one;
  struct stat two;
  return ::fstat(a, &one) == 0 && ::fstat(b, &two) == 0 && one.st_dev == two.st_dev &&
         one.st_ino == two.st_ino;
}

}  // namespace

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
  return read_named(name(), max_bytes);
}

core::Result<FileContent> FileSlot::read_named(const std::string& name, std::uint64_t max_bytes) const {
  if (!directory_) return FileContent{};
  // Not blocking: opening a pipe would wait for somebody who writes into it.
  const ipc::UniqueFd file(
      ::openat(directory_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
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

std::optional<core::Error> FileSlot::check_unchanged(const FileContent& old, const std::string& name) const {
  const auto now = read_named(name, std::max<std::uint64_t>(old.bytes.size(), 1) * 2);
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

}  // namespace governor::daemon
