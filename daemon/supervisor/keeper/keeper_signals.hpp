#pragma once

#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// The signals of a keeper: SIGTERM asks it to end, SIGCHLD tells of its children, SIGWINCH of the pane's
/// size; those by which terminals end programs do nothing. One object in a process.
class KeeperSignals {
 public:
  KeeperSignals();

  /// For poll(): readable when there was one.
  [[nodiscard]] int fd() const { return reading_.get(); }
  /// Whether there was one.
  bool forget();
  /// Whether SIGTERM has come.
  [[nodiscard]] static bool is_asked_to_end();
  [[nodiscard]] static bool take_resized();

 private:
  ipc::UniqueFd reading_;
  ipc::UniqueFd writing_;
};

}  // namespace governor::daemon
