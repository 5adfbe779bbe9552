#include "daemon/lifecycle/daemon_presence.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <utility>

#include "daemon/support/stop_deadlines.hpp"
#include "ipc/connect.hpp"
#include "ipc/daemon_address.hpp"
#include "ipc/listener.hpp"
#include "ipc/peer_credentials.hpp"

namespace governor::daemon {
namespace {

constexpr int kBacklog = 512;
constexpr std::chrono::milliseconds kLockLook{20};

/// None when another daemon serves, and deadline_exceeded when another holds the lock and does not.
ipc::Result<std::optional<ipc::FileLock>> take_lock(const ipc::Paths& paths, const std::string& file,
                                                    ipc::Deadline deadline) {
  for (;;) {
    auto lock = ipc::FileLock::acquire(file, deadline.capped(kLockLook));
    if (lock) return std::optional<ipc::FileLock>(*std::move(lock));
    if (lock.error().code != ipc::Errc::deadline_exceeded) return lock.error();
    if (const auto answers = ipc::try_connect_daemon(paths)) return std::optional<ipc::FileLock>();
    if (deadline.expired()) return lock.error();
  }
}

bool is_same_socket(const struct stat& a, const struct stat& b) {
  // The time as well: a number that became free is given to the next file.
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_mtime == b.st_mtime;
}

std::string path_of(const ipc::UniqueFd& listening) {
  sockaddr_un address{};
  socklen_t length = sizeof address;
  if (::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  const std::size_t most =
      length > offsetof(sockaddr_un, sun_path) ? length - offsetof(sockaddr_un, sun_path) : 0;
  return std::string(address.sun_path, ::strnlen(address.sun_path, most));
}

}  // namespace

ipc::Result<std::optional<DaemonPresence>> DaemonPresence::claim(ipc::Paths paths) {
  if (auto made = ipc::ensure_runtime_directories(paths); !made) return made.error();
  if (auto made = ipc::ensure_private_directory(paths.state_dir); !made) return made.error();
  const auto deadline = ipc::Deadline::after(kLockPatience);
  // This one first: who waits for it must not keep the daemon that has it from making its socket again.
  auto state_lock = take_lock(paths, paths.state_dir + "/state.lock", deadline);
  if (!state_lock) {
    if (state_lock.error().code != ipc::Errc::deadline_exceeded) return state_lock.error();
    return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                      "another governord uses the state directory " + paths.state_dir +
                          " and does not answer: see governor.log there, and end it if it hangs"};
  }
  if (!*state_lock) return std::optional<DaemonPresence>();
  auto daemon_lock = take_lock(paths, paths.daemon_lock, deadline);
  if (!daemon_lock) return daemon_lock.error();
  if (!*daemon_lock) return std::optional<DaemonPresence>();
  return std::optional<DaemonPresence>(
      DaemonPresence(std::move(paths), *std::move(*state_lock), *std::move(*daemon_lock)));
}

ipc::Result<ipc::UniqueFd> DaemonPresence::listen() {
  auto activated = ipc::activated_listener();
  if (!activated) return listen_again();
  activated_ = true;
  std::string path = path_of(*activated);
  if (auto announced = announce(*activated, std::move(path)); !announced) return announced.error();
  return *std::move(activated);
}

ipc::Result<ipc::UniqueFd> DaemonPresence::listen_again() {
  auto listening = bind_at(paths_);
  if (listening) return listening;
  const ipc::Error first = listening.error();
  listening = bind_at(ipc::refuge_paths(paths_, ::geteuid()));
  if (!listening) return first;
  return listening;
}

ipc::Result<ipc::UniqueFd> DaemonPresence::bind_at(const ipc::Paths& place) {
  if (daemon_lock_.path() != place.daemon_lock || !daemon_lock_.still_at_path()) {
    if (auto made = ipc::ensure_runtime_directories(place); !made) return made.error();
    auto lock = ipc::FileLock::try_acquire(place.daemon_lock);
    if (!lock) return lock.error();
    if (!*lock) {
      return ipc::Error{ipc::Errc::lock_lost, 0,
                        "another process holds " + place.daemon_lock + ": see which with lsof or fuser"};
    }
    daemon_lock_ = *std::move(*lock);
  }
  auto listening = ipc::bind_listener(daemon_lock_, place.socket, kBacklog);
  if (!listening) return listening;
  if (auto announced = announce(*listening, place.socket); !announced) return announced.error();
  return listening;
}

ipc::Result<void> DaemonPresence::announce(const ipc::UniqueFd& listening, std::string socket) {
  if (::lstat(socket.c_str(), &made_) != 0) return ipc::system_error("cannot examine " + socket, errno);
  socket_ = std::move(socket);
  // The kernel tells clients who called listen(): the service manager, where it made the socket.
  const auto listener = ipc::peer_credentials(listening.get());
  return ipc::write_daemon_address(paths_.state_dir, {socket_, listener ? listener->pid : 0});
}

bool DaemonPresence::is_reachable() const {
  struct stat now;
  return ::lstat(socket_.c_str(), &now) == 0 && is_same_socket(now, made_) &&
         (activated_ || daemon_lock_.still_at_path());
}

std::optional<std::string> DaemonPresence::lost() const {
  if (state_lock_.still_at_path()) return std::nullopt;
  return "the lock file was removed or replaced: " + state_lock_.path();
}

}  // namespace governor::daemon
