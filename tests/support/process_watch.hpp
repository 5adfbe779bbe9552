#pragma once

#include <sys/types.h>

#include "ipc/deadline.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::test {

/// Notices the end of a process, whoever its parent is. Made while the process lives, it cannot mean another
/// one.
class ProcessWatch {
 public:
  explicit ProcessWatch(pid_t pid);

  /// Whether the process has ended by the deadline.
  bool wait(ipc::Deadline deadline) const;
  bool has_ended() const { return wait(ipc::Deadline::after({})); }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
  ipc::UniqueFd watch_;  // none: it had ended before
};

}  // namespace governor::test
