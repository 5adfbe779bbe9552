#pragma once

#include <optional>

#include "daemon/supervisor/keeper/keeper_files.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Held by a deployment's keeper for all its life. Who gets it knows that there is no keeper, and that none
/// begins as long as it is held. The kernel releases it when the process dies.
class KeeperLock {
 public:
  /// Nothing if another has it, or there is no such deployment.
  static std::optional<KeeperLock> try_lock(const KeeperFiles& files);

 private:
  explicit KeeperLock(ipc::UniqueFd file) : file_(std::move(file)) {}
  ipc::UniqueFd file_;
};

}  // namespace governor::daemon
