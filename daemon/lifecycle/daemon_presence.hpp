#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "ipc/error.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/paths.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Where this daemon is found, and the locks that make it the only one. The lock of the state directory keeps
/// the store to one writer; the one of the runtime directory keeps the socket's path to one daemon. Runtime
/// directories may vanish under a daemon that is well (at a logout, or by a cleaner of temporary files): then
/// the socket is made again, there or, where that cannot be, in a directory of its own, and the state
/// directory says where. Not for several threads.
class DaemonPresence {
 public:
  /// The locks of the only daemon; none if another one serves. Who holds a lock without serving is on its way
  /// in or out: which of the two, only time tells.
  static ipc::Result<std::optional<DaemonPresence>> claim(ipc::Paths paths);

  /// The service manager's socket if there is one, else a new one.
  ipc::Result<ipc::UniqueFd> listen();
  /// A new socket in place of the last one.
  ipc::Result<ipc::UniqueFd> listen_again();

  [[nodiscard]] bool is_activated() const { return activated_; }
  /// Whether clients still come to the socket that this daemon made last.
  [[nodiscard]] bool is_reachable() const;
  /// Why this daemon must end: another one may write to its store. None while all is well.
  [[nodiscard]] std::optional<std::string> lost() const;
  [[nodiscard]] const ipc::Paths& paths() const { return paths_; }

 private:
  DaemonPresence(ipc::Paths paths, ipc::FileLock state_lock, ipc::FileLock daemon_lock)
      : paths_(std::move(paths)), state_lock_(std::move(state_lock)), daemon_lock_(std::move(daemon_lock)) {}
  ipc::Result<ipc::UniqueFd> bind_at(const ipc::Paths& place);
  ipc::Result<void> announce(const ipc::UniqueFd& listening, std::string socket);

  ipc::Paths paths_;
  ipc::FileLock state_lock_;
  ipc::FileLock daemon_lock_;
  bool activated_ = false;
  std::string socket_;
  struct stat made_ {};  ///< the socket when it was made
};

}  // namespace governor::daemon
