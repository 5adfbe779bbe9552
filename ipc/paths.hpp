#pragma once

#include <string>
#include <string_view>

#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ipc {

/// Longest socket path that fits sun_path on every supported system, without the final NUL.
inline constexpr std::size_t kMaxSocketPath = 103;

/// Where everything of one user is. Absolute paths without trailing slashes.
struct Paths {
  std::string runtime_dir;
  std::string state_dir;
  std::string config_file;
  std::string
      socket_dir;  ///< runtime_dir, or a short hashed directory where the socket path would be too long
  std::string socket;
  std::string daemon_lock;
  std::string spawn_lock;
};

/// Applies GOVERNOR_RUNTIME_DIR, GOVERNOR_STATE_DIR and GOVERNOR_CONFIG, then the XDG variables, then the
/// defaults. Creates nothing.
Result<Paths> resolve_paths(const Environment& environment);

/// Creates the directory (0700, and missing parents) and refuses a symlink, another owner than the effective
/// uid, and permissions for group or others.
Result<void> ensure_private_directory(const std::string& path);
Result<void> ensure_private_directory(const std::string& path, uid_t owner);

/// The runtime directory and the directory of the socket.
Result<void> ensure_runtime_directories(const Paths& paths);

}  // namespace governor::ipc
