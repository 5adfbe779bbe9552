#pragma once

#include <sys/types.h>

#include "ipc/error.hpp"

namespace governor::ipc {

/// Who is at the other end of a connected Unix socket, as the kernel says.
struct PeerCredentials {
  uid_t uid;
  pid_t pid;  ///< a hint for people: 0 where the system does not tell
};

Result<PeerCredentials> peer_credentials(int fd);

}  // namespace governor::ipc
