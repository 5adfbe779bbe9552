#include "daemon/files/read_descriptor.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/files/file_errors.hpp"
#include "daemon/support/sha256.hpp"

namespace governor::daemon {
namespace {

core::Error too_large(const std::string& path, std::uint64_t max_bytes) {
  core::Error error(
      core::ErrorCode::limit_exceeded,
      fmt::format("{} is larger than {} bytes, too large to be kept and written here.", path, max_bytes),
      "Write it with your own tools under a lease, or raise backup_max_file_mb.");
  error.field = "path";
  error.given = path;
  error.expected = fmt::format("at most {} bytes", max_bytes);
  return error;
}

}  // namespace

std::int64_t modified_us(const struct stat& info) {
#ifdef __APPLE__
  const timespec& time = info.st_mtimespec;
#else
  const timespec& time = info.st_mtim;
#endif
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

core::Result<FileContent> read_descriptor(int fd, const std::string& path, std::uint64_t max_bytes) {
  struct stat info;
  if (::fstat(fd, &info) != 0) return file_error("Cannot examine", path, errno);
  if (!S_ISREG(info.st_mode)) {
    core::Error error(core::ErrorCode::invalid_argument, fmt::format("{} is not a regular file.", path),
                      "Only files can be written here.");
    error.field = "path";
    error.given = path;
    error.expected = "the path of a file";
    return error;
  }
  FileContent content;
  content.exists = true;
  content.identity = {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino),
                      static_cast<std::uint64_t>(info.st_nlink)};
  content.modified_us = modified_us(info);
  content.mode = info.st_mode & 07777;
  content.owner = info.st_uid;
  content.group = info.st_gid;
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes) return too_large(path, max_bytes);
  constexpr std::size_t kStep = 65536;
  std::size_t have = 0;
  content.bytes.resize(static_cast<std::size_t>(info.st_size) +
                       1);  // one more, so that the end is seen at once
  for (;;) {
    if (have == content.bytes.size()) content.bytes.resize(have + kStep);
    const ssize_t got = ::read(fd, content.bytes.data() + have, content.bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("Cannot read", path, errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
    if (have > max_bytes) return too_large(path, max_bytes);
  }
  content.bytes.resize(have);
  content.sha256 = sha256_hex(content.bytes);
  return content;
}

}  // namespace governor::daemon
