#include "daemon/lifecycle/network_storage.hpp"

#if defined(__APPLE__)
#include <sys/mount.h>
#include <sys/param.h>
#else
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#endif

namespace governor::daemon {

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
