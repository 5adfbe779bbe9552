#include "ipc/peer_credentials.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

namespace governor::ipc {

#ifdef __APPLE__
Result<PeerCredentials> peer_credentials(int fd) {
  uid_t uid = 0;
  gid_t gid = 0;
  if (::getpeereid(fd, &uid, &gid) != 0) return system_error("cannot tell who is connected", errno);
  pid_t pid = 0;
  socklen_t length = sizeof pid;
  if (::getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, &pid, &length) != 0) pid = 0;
  return PeerCredentials{uid, pid};
}
#else
Result<PeerCredentials> peer_credentials(int fd) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
    return system_error("cannot tell who is connected", errno);
  }
  return PeerCredentials{peer.uid, peer.pid};
}
#endif

}  // namespace governor::ipc
