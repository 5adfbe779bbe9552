#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "daemon/supervisor/keeper/launch_order.hpp"
#include "ipc/error.hpp"
#include "ipc/process_identity.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// An agent's program, forked but not yet begun: it begins with `let_go`, and ends by itself if whoever has
/// forked it goes away before. So nothing runs that is not on record.
class ProgramStart {
 public:
  /// For a process that has one thread. `prompt_file` is what it reads where the order says so. The order
  /// outlives what is made of it.
  static ipc::Result<ProgramStart> fork_program(const LaunchOrder& order, const std::string& prompt_file);

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits until the program runs. What was wrong, if it cannot be started; it is to be reaped then too.
  std::optional<std::string> let_go();

  ipc::UniqueFd output;    ///< what it writes, not blocking; a terminal's other end or a pipe's
  ipc::UniqueFd terminal;  ///< where people type to it; none if it reads nothing of them

 private:
  const LaunchOrder* order_ = nullptr;
  pid_t pid_ = -1;
  ipc::UniqueFd go_;
  ipc::UniqueFd failure_;
};

}  // namespace governor::daemon
