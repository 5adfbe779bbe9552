#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace governor::daemon {

/// Room on a file system, for those who are not root.
struct DiskSpace {
  std::uint64_t free_bytes = 0;
  std::uint64_t total_bytes = 0;
};

/// None if the system does not tell. May block as long as the disk does.
std::optional<DiskSpace> disk_space_at(const std::string& path);

/// Says when the room becomes too little, and when it is enough again. It must have grown by a quarter for
/// that, so that a size that moves about the limit is one alert and not many.
class DiskSpaceWatch {
 public:
  enum class Turn { low, enough };

  /// `limit_bytes` 0: never low. On a small file system the limit is a tenth of it.
  explicit DiskSpaceWatch(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  std::optional<Turn> observe(const DiskSpace& space);

 private:
  std::uint64_t limit_bytes_;
  bool low_ = false;
};

}  // namespace governor::daemon
