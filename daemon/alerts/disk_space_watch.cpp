#include "daemon/alerts/disk_space_watch.hpp"

#include <sys/statvfs.h>

#include <algorithm>

namespace governor::daemon {

std::optional<DiskSpace> disk_space_at(const std::string& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0 || found.f_blocks == 0) return std::nullopt;
  const std::uint64_t block = found.f_frsize != 0 ? found.f_frsize : found.f_bsize;
  return DiskSpace{static_cast<std::uint64_t>(found.f_bavail) * block,
                   static_cast<std::uint64_t>(found.f_blocks) * block};
}

std::optional<DiskSpaceWatch::Turn> DiskSpaceWatch::observe(const DiskSpace& space) {
  const std::uint64_t limit = std::min(limit_bytes_, space.total_bytes / 10);
  const std::uint64_t enough = limit + limit / 4;
  if (!low_ && space.free_bytes < limit) {
    low_ = true;
    return Turn::low;
  }
  if (low_ && space.free_bytes >= enough) {
    low_ = false;
    return Turn::enough;
  }
  return std::nullopt;
}

}  // namespace governor::daemon
