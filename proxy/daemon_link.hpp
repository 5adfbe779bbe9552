#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "ipc/connector.hpp"
#include "ipc/line_decoder.hpp"
#include "proxy/relay.hpp"

namespace governor::proxy {

/// The connection to the daemon: makes it, makes it again, moves bytes between it and the relay, and replaces
/// an older daemon. Never waits; the event loop polls poll_fd() and calls work().
class DaemonLink {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  DaemonLink(Relay& relay, ipc::Paths paths, ipc::StartOptions options);

  /// What to poll for, -1 for nothing but time.
  int poll_fd() const;
  short poll_events() const;
  /// Another number whenever poll_fd() may be another file, also one under the same number.
  std::uint64_t generation() const { return generation_; }
  std::optional<TimePoint> next_at() const { return next_at_; }

  /// After polling: `readable` if poll_fd() had any event.
  void work(bool readable, TimePoint now);
  /// Writes what the relay has for the daemon.
  void flush(TimePoint now);
  /// A line has come: a connection that waits for its next attempt is tried at once.
  void hurry(TimePoint now);

 private:
  void connect(TimePoint now);
  void lose(TimePoint now);
  void receive(TimePoint now);
  void read_lines();
  void advance_upgrade(TimePoint now);
  void begin_upgrade(TimePoint now);
  void read_start_check(TimePoint now);
  void give_up_upgrade();
  void forget_connector();

  Relay& relay_;
  ipc::Paths paths_;
  ipc::StartOptions options_;
  ipc::UniqueFd socket_;
  bool socket_full_ = false;
  ipc::LineDecoder decoder_;
  std::optional<ipc::Connector> connector_;
  int connector_fd_ = -1;
  std::uint64_t generation_ = 0;
  std::optional<TimePoint> next_at_;
  std::chrono::milliseconds backoff_{0};
  std::optional<ipc::FileLock> spawn_lock_;  // held from the question to leave until the next connection
  ipc::UniqueFd start_check_;                // tells whether the daemon of this build could start
  std::optional<TimePoint> upgrade_deadline_;
};

}  // namespace governor::proxy
