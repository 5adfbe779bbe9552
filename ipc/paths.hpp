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
/// defaults. Creates nothing. Clients that MCP libraries start often have no XDG_RUNTIME_DIR: the user's own
/// directory is then taken where the system usually has it, if it is there.
Result<Paths> resolve_paths(const Environment& environment);

/// The same with a runtime directory that a daemon makes for itself when its own is gone and cannot be made
/// again. It follows from the state directory, so that it is one daemon's alone.
Paths refuge_paths(const Paths& paths, uid_t effective_uid);

/// Creates the directory (0700, and missing parents) and refuses a symlink, another owner than the effective
/// uid, and permissions for group or others.
Result<void> ensure_private_directory(const std::string& path);
Result<void> ensure_private_directory(const std::string& path, uid_t owner);

/// The runtime directory and the directory of the socket.
Result<void> ensure_runtime_directories(const Paths& paths);

}  // namespace governor::ipc
