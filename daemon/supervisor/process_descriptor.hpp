#pragma once

#include <sys/types.h>

#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Means one process for as long as it lives, and becomes readable when that has ended (pidfd). Where the
/// system has none of that kind it is only the pid.
class ProcessDescriptor {
 public:
  ProcessDescriptor() = default;
  explicit ProcessDescriptor(pid_t pid);

  bool send(int signal) const;
  /// For poll(); -1: there is none, and its end must be looked for.
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  pid_t pid_ = 0;
  ipc::UniqueFd fd_;
};

}  // namespace governor::daemon
