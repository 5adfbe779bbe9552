#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ipc/connect.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/service_manager.hpp"

namespace governor::ipc {

/// One attempt to connect: nothing when the daemon's backlog is full.
Result<std::optional<UniqueFd>> try_connect(const std::string& path);

/// Connecting or starting, in steps that never wait, for a process with a poll loop of its own.
/// Destroying it gives up: the spawn lock is released, a daemon that is coming up comes up.
class Connector {
 public:
  using Clock = std::chrono::steady_clock;

  struct Step {
    UniqueFd connection;           ///< set: done
    int wait_fd = -1;              ///< else: advance again when it is readable (if not -1)...
    Clock::time_point retry_at{};  ///< ...or at this time, whichever is sooner
  };

  Connector(Paths paths, StartOptions options)
      : Connector(std::move(paths), std::move(options), std::nullopt) {}
  /// Begins with the spawn lock already held, for who has just asked the daemon to leave.
  Connector(Paths paths, StartOptions options, std::optional<FileLock> spawn_lock);

  /// Goes as far as it can. After an error it may be called again, and begins anew.
  Result<Step> advance();

  /// What it has been waiting for, for when the caller's patience ends.
  Error deadline_error() const;

 private:
  Result<Step> start();
  Result<Step> ask_elsewhere();
  Step await_report(UniqueFd pipe);
  Result<Step> read_report();
  Result<Step> finish_service_command();
  Step retry_later();
  void begin_anew();

  Paths paths_;
  StartOptions options_;
  std::optional<FileLock> spawn_lock_;
  bool directories_checked_ = false;
  bool service_tried_ = false;
  bool said_to_run_ = false;  // a daemon that we started found another one
  std::optional<ServiceCommand> service_command_;
  UniqueFd startup_pipe_;
  std::string startup_text_;
  Clock::time_point give_up_at_{};  // on the service command or the start-up report
  Clock::time_point connect_until_{};
  std::chrono::milliseconds backoff_{0};
};

}  // namespace governor::ipc
