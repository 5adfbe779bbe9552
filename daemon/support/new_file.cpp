#include "daemon/support/new_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "daemon/support/sync_descriptor.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kTemporaryPrefix = ".unfinished-";
constexpr std::size_t kMaxNewNameBytes = 128;

core::Error failed(const std::string& what, int cause) {
  return {core::ErrorCode::storage_unavailable, fmt::format("{}: {}.", what, std::strerror(cause)),
          "Check free space and the state directory's disk."};
}

core::Error refused(const std::string& directory, std::string_view why) {
  return {core::ErrorCode::conflict, fmt::format("Nothing is written to {}: it {}.", directory, why),
          "Move it away; governor makes the directory itself."};
}

core::Error taken(const std::string& directory, const std::string& name) {
  return {core::ErrorCode::already_exists,
          fmt::format("{}/{} exists already, and nothing is ever overwritten.", directory, name),
          "Give another name, or none: then the time makes it a new one."};
}

core::Result<ipc::UniqueFd> open_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("Cannot make " + path, errno);
  ipc::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && (errno == ELOOP || errno == ENOTDIR)) return refused(path, "is not a directory of its own");
  if (!fd) return failed("Cannot open " + path, errno);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) return failed("Cannot examine " + path, errno);
  if (info.st_uid != ::geteuid()) return refused(path, "belongs to another user");
  return fd;
}

std::string own_prefix() {
  return fmt::format("{}{}-", kTemporaryPrefix, ::getpid());
}

/// Those of a daemon that is gone: of daemons there is one at a time. So once a process is enough, and a
/// folder with very many files is not searched each time.
void remove_leftovers(const std::string& path, int directory) {
  static std::mutex mutex;
  static std::set<std::string> done;
  {
    const std::lock_guard lock(mutex);
    if (!done.insert(path).second) return;
  }
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), &::closedir);
  if (!stream) {
    ::close(copy);
    return;
  }
  const std::string own = own_prefix();
  std::vector<std::string> leftovers;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with(kTemporaryPrefix) && !name.starts_with(own)) leftovers.emplace_back(name);
  }
  for (const std::string& name : leftovers) ::unlinkat(directory, name.c_str(), 0);
}

}  // namespace

core::Result<NewFile> NewFile::create(const std::string& directory) {
  auto opened = open_directory(directory);
  if (!opened) return std::move(opened.error());
  remove_leftovers(directory, opened->get());
  static std::atomic<std::uint64_t> counter{0};
  std::string name = fmt::format("{}{}", own_prefix(), ++counter);
  ipc::UniqueFd file(
      ::openat(opened->get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failed("Cannot make a file in " + directory, errno);
  return NewFile(directory, std::move(*opened), std::move(file), std::move(name));
}

NewFile::~NewFile() {
  // A moved-from object has no directory any more.
  if (directory_fd_ && !temporary_.empty()) ::unlinkat(directory_fd_.get(), temporary_.c_str(), 0);
}

std::optional<core::Error> NewFile::write(std::string_view bytes) {
  hash_.update(bytes);
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("Cannot write to " + directory_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return std::nullopt;
}

std::optional<core::Error> NewFile::sync() {
  if (sync_descriptor(file_.get()) != 0) return failed("Cannot write to " + directory_, errno);
  return std::nullopt;
}

std::optional<core::Error> NewFile::refuse_taken(const std::string& name) const {
  struct stat info;
  if (::fstatat(directory_fd_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return taken(directory_, name);
}

std::optional<core::Error> NewFile::publish(const std::string& name) {
  if (auto error = sync()) return error;
  if (auto error = publish_unsynced(name)) return error;
  if (sync_descriptor(directory_fd_.get()) != 0) return failed("Cannot write to " + directory_, errno);
  return std::nullopt;
}

std::optional<core::Error> NewFile::publish_unsynced(const std::string& name) {
  // A link, unlike a rename, fails when the name is taken.
  if (::linkat(directory_fd_.get(), temporary_.c_str(), directory_fd_.get(), name.c_str(), 0) != 0) {
    if (errno != EEXIST) return failed(fmt::format("Cannot make {}/{}", directory_, name), errno);
    return core::Error(
        core::ErrorCode::already_exists,
        fmt::format("{}/{} exists already, and nothing is ever overwritten.", directory_, name),
        "Give another name, or none: then the time makes it a new one.");
  }
  ::unlinkat(directory_fd_.get(), temporary_.c_str(), 0);
  temporary_.clear();
  return std::nullopt;
}

std::string file_name_of(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0u) == 0x80u) continue;  // one mark for each character of more bytes
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
    name += kept ? c : '-';
  }
  name.erase(0, std::min(name.find_first_not_of('.'), name.size()));
  if (name.size() > kMaxNewNameBytes) name.resize(kMaxNewNameBytes);
  return name;
}

}  // namespace governor::daemon
