#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace governor::daemon {

/// Brings to the disk what was written; 0, or -1 with errno.
inline int sync_descriptor(int fd) {
#ifdef F_FULLFSYNC
  if (::fcntl(fd, F_FULLFSYNC) == 0) return 0;  // plain fsync does not reach the disk on macOS
#endif
  return ::fsync(fd);
}

}  // namespace governor::daemon
