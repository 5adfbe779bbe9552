#include "daemon/lifecycle/self_check.hpp"

#include <unistd.h>

#include <chrono>

#include "ipc/connect.hpp"
#include "ipc/peer_credentials.hpp"

#if defined(__APPLE__)
#include <sys/mount.h>
#include <sys/param.h>
#else
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#endif

namespace governor::daemon {

std::optional<std::string> find_lost_ownership(const ipc::FileLock& lock, const std::string& socket_path,
                                               bool activated) {
  if (!lock.still_at_path()) return "the lock file was removed or replaced: " + lock.path();
  const auto connection = ipc::connect_to(socket_path, ipc::Deadline::after(std::chrono::seconds(1)));
  if (!connection) return "the socket does not answer: " + connection.error().message;
  // The kernel names the process that listens.
  const auto listener = ipc::peer_credentials(connection->get());
  if (!activated && listener && listener->pid != 0 && listener->pid != ::getpid()) {
    return "another process listens at " + socket_path;
  }
  return std::nullopt;
}

bool is_on_network(const std::string& directory) {
  struct statfs info;
  if (::statfs(directory.c_str(), &info) != 0) return false;
#if defined(__APPLE__)
  return (info.f_flags & MNT_LOCAL) == 0;
#else
  // NFS, SMB, CIFS, SMB2, 9P, AFS, Ceph; see statfs(2).
  constexpr std::array<unsigned long, 7> kNetwork{0x6969,     0x517B,     0xFF534D42, 0xFE534D42,
                                                  0x01021997, 0x5346414F, 0x00C36400};
  const auto type = static_cast<unsigned long>(info.f_type) & 0xFFFFFFFFul;
  return std::find(kNetwork.begin(), kNetwork.end(), type) != kNetwork.end();
#endif
}

}  // namespace governor::daemon
