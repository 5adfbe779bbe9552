#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace governor::daemon {

/// A file on which some process holds a lock of the kernel (flock, fcntl).
struct LockedFile {
  std::uint64_t device_major = 0;
  std::uint64_t device_minor = 0;
  std::uint64_t inode = 0;
  std::int64_t pid = 0;  ///< who holds it; 0 or less: the system does not tell

  bool operator==(const LockedFile&) const = default;
};

/// The held locks in the text of /proc/locks; what waits for a lock is left out.
std::vector<LockedFile> parse_kernel_locks(std::string_view text);

/// Those of this machine at present. Empty where the system does not tell (macOS).
std::vector<LockedFile> kernel_locks();

}  // namespace governor::daemon
