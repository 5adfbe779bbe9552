#include "ipc/replace_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "ipc/unique_fd.hpp"

namespace governor::ipc {
namespace {

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view content, mode_t mode,
                          Durability durability) {
  std::string beside = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file) return system_error("cannot write beside " + path, errno);
  if (write_all(file.get(), content) && ::fchmod(file.get(), mode) == 0 &&
      (durability == Durability::none || ::fsync(file.get()) == 0) &&
      ::rename(beside.c_str(), path.c_str()) == 0) {
    return {};
  }
  const int cause = errno;
  ::unlink(beside.c_str());
  return system_error("cannot write " + path, cause);
}

}  // namespace governor::ipc
