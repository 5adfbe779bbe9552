#include "daemon/store/durable_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "ipc/fault_point.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;
using ipc::fault_at;
using ipc::FaultPoint;

[[noreturn]] void throw_file_error(const char* what, const std::string& path) {
  throw fs::filesystem_error(what, path, std::error_code(errno, std::generic_category()));
}

ipc::UniqueFd open_or_throw(const std::string& path, int flags) {
  ipc::UniqueFd fd;
  if (!fault_at(FaultPoint::durable_open)) fd.reset(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!fd) throw_file_error("cannot open", path);
  return fd;
}

void sync_or_throw(int fd, const std::string& path) {
  if (fault_at(FaultPoint::durable_sync)) throw_file_error("cannot sync", path);
    // On macOS fsync alone does not reach the disk.
#if defined(__APPLE__)
  if (::fcntl(fd, F_FULLFSYNC) == 0) return;
#endif
  if (::fsync(fd) != 0) throw_file_error("cannot sync", path);
}

void write_all(int fd, const char* data, std::size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t written = fault_at(FaultPoint::durable_write) ? -1 : ::write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_file_error("cannot write", path);
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

}  // namespace

void sync_file(const std::string& path) {
  sync_or_throw(open_or_throw(path, O_RDONLY).get(), path);
}

void sync_directory_of(const std::string& path) {
  const std::string directory = fs::path(path).parent_path().string();
  sync_or_throw(open_or_throw(directory, O_RDONLY | O_DIRECTORY).get(), directory);
}

void copy_durably(const std::string& from, const std::string& to) {
  const ipc::UniqueFd source = open_or_throw(from, O_RDONLY);
  const ipc::UniqueFd target = open_or_throw(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count =
        fault_at(FaultPoint::durable_read) ? -1 : ::read(source.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_file_error("cannot read", from);
    if (count == 0) break;
    write_all(target.get(), buffer.data(), static_cast<std::size_t>(count), to);
  }
  sync_or_throw(target.get(), to);
}

void rename_durably(const std::string& from, const std::string& to) {
  if (fault_at(FaultPoint::durable_rename) || ::rename(from.c_str(), to.c_str()) != 0)
    throw_file_error("cannot rename", from);
  sync_directory_of(to);
}

}  // namespace governor::daemon
