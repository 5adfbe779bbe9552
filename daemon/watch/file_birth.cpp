#include "daemon/watch/file_birth.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>

#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::int64_t kMomentSeconds = 10;

/// Seconds since 1970; 0: the file system does not say.
std::int64_t born_at(const std::string& bytes) {
#if defined(__APPLE__)
  struct stat status {};
  return ::lstat(bytes.c_str(), &status) == 0 ? std::int64_t{status.st_birthtimespec.tv_sec} : 0;
#elif defined(STATX_BTIME)
  struct statx status {};
  if (::statx(AT_FDCWD, bytes.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME, &status) != 0) return 0;
  return (status.stx_mask & STATX_BTIME) != 0 ? std::int64_t{status.stx_btime.tv_sec} : 0;
#else
  static_cast<void>(bytes);
  return 0;
#endif
}

}  // namespace

bool is_just_made(const std::string& path) {
  const std::int64_t born = born_at(text::path_bytes(path));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return born == 0 || std::chrono::duration_cast<std::chrono::seconds>(now).count() - born < kMomentSeconds;
}

}  // namespace governor::daemon
