#include "daemon/files/open_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "daemon/files/file_attributes.hpp"
#include "daemon/support/sync_descriptor.hpp"

namespace governor::daemon {
namespace {

constexpr int kLastFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// Directories on the way may be open to pass through and not to read.
#if defined(O_PATH)
constexpr int kWayFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#elif defined(O_SEARCH)
constexpr int kWayFlags = O_SEARCH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#else
constexpr int kWayFlags = kLastFlags;
#endif

ipc::UniqueFd make_directory(int parent, const std::string& name, int flags) {
  const bool made = ::mkdirat(parent, name.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return {};
  ipc::UniqueFd fd(::openat(parent, name.c_str(), kLastFlags));
  if (made && fd) {
    give_rights_of_directory(parent, fd.get(), true);
    // Without this the file in it could survive a crash that its directory does not.
    const ipc::UniqueFd readable(::openat(parent, ".", kLastFlags));
    if (readable) sync_descriptor(readable.get());
  }
  if (!fd || flags == kLastFlags) return fd;
  return ipc::UniqueFd(::openat(parent, name.c_str(), flags));
}

}  // namespace

ipc::UniqueFd open_directory(std::string_view real_path, MissingDirectory missing) {
  while (real_path.ends_with('/')) real_path.remove_suffix(1);
  ipc::UniqueFd at(::open("/", real_path.empty() ? kLastFlags : kWayFlags));
  while (at && !real_path.empty()) {
    real_path.remove_prefix(1);
    const std::size_t end = std::min(real_path.find('/'), real_path.size());
    const std::string name(real_path.substr(0, end));
    real_path.remove_prefix(end);
    const int flags = real_path.empty() ? kLastFlags : kWayFlags;
    ipc::UniqueFd below(::openat(at.get(), name.c_str(), flags));
    if (!below && errno == ENOENT && missing == MissingDirectory::is_made)
      below = make_directory(at.get(), name, flags);
    const int cause = errno;
    at = std::move(below);
    errno = cause;
  }
  return at;
}

}  // namespace governor::daemon
