#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/unique_fd.hpp"

namespace governor::ipc {

/// What is told to the service manager that started this process and asked to be told (systemd's Type=notify,
/// sd_notify(3)). Where none asked, nothing is sent. Sending never waits: a notice that has no room is
/// dropped.
class ServiceNotice {
 public:
  ServiceNotice() = default;
  /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that what this process
  /// starts does not speak in its name. Before there are threads.
  static ServiceNotice take_from_environment();

  /// Any thread. `state` is one of the assignments of sd_notify(3), e.g. "READY=1". Whether it was sent.
  bool send(std::string_view state) const;

  /// After how long without "WATCHDOG=1" the service manager ends this process. Nothing: it does not watch.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  std::string address_;  ///< a path, or after an @ a name of the abstract kind; empty: nobody listens
  std::optional<std::chrono::microseconds> watchdog_;
  UniqueFd socket_;
};

}  // namespace governor::ipc
