#include "daemon/supervisor/keeper/keeper_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

namespace governor::daemon {

std::optional<KeeperLock> KeeperLock::try_lock(const KeeperFiles& files) {
  ipc::UniqueFd file(::open(files.launch().c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return KeeperLock(std::move(file));
}

}  // namespace governor::daemon
