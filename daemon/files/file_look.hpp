#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace governor::daemon {

/// What a file that comes back is to look like, besides its content.
struct FileLook {
  mode_t mode = 0;  ///< permission bits
  /// Time of the last change; none: now, as for those who look for what is newer than what they made of it.
  std::optional<std::int64_t> modified_us{};
};

}  // namespace governor::daemon
