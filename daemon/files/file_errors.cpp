#include "daemon/files/file_errors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace governor::daemon {
namespace {

std::string_view hint_of(int cause) {
  switch (cause) {
    case ELOOP:
    case ENOTDIR:
      return "Something in the path has been replaced since it was looked up; name the file by its real "
             "path.";
    case EACCES:
    case EPERM:
    case EROFS:
      return "The user whom governor runs as may not do that; change the rights, or write elsewhere.";
    case ENOENT: return "A directory of the path is gone; make it again, or write elsewhere.";
    default: return "Check free space and the disk, then try again.";
  }
}

}  // namespace

core::Error file_error(std::string_view doing, const std::string& path, int cause) {
  const bool is_disk =
      cause == ENOSPC || cause == EIO || cause == EDQUOT || cause == EMFILE || cause == ENFILE;
  core::Error error(is_disk ? core::ErrorCode::storage_unavailable : core::ErrorCode::conflict,
                    fmt::format("{} {}: {}.", doing, path, std::strerror(cause)),
                    std::string(hint_of(cause)));
  error.field = "path";
  error.given = path;
  return error;
}

}  // namespace governor::daemon
