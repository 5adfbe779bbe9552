#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/alerts/command_run.hpp"

namespace governor::daemon {

/// Runs a program of the user's for each alert, one after another, in a thread of its own: whoever reports an
/// alert never waits. Without a program it does nothing.
class AlertCommand {
 public:
  struct Settings {
    std::vector<std::string> arguments;    ///< the program's absolute path and its arguments; empty: none
    std::vector<std::string> environment;  ///< "NAME=value", all that it gets
    CommandLimits limits;
    std::size_t longest_queue = 32;  ///< more alerts than this are dropped and counted in the log
    /// Called from the thread after each run; for tests.
    std::function<void(const CommandEnd&)> on_end;
  };

  explicit AlertCommand(Settings settings);
  /// Ends a run that is under way, and drops what waits.
  ~AlertCommand();
  AlertCommand(const AlertCommand&) = delete;
  AlertCommand& operator=(const AlertCommand&) = delete;

  /// Any thread, returns at once. `alert` is one JSON object; the program reads it, and a newline, from its
  /// standard input.
  void report(std::string alert);

 private:
  void run();
  void log_failure(const CommandEnd& end);

  Settings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::uint64_t dropped_ = 0;
  std::atomic<bool> closing_{false};
  std::chrono::steady_clock::time_point next_log_;
  std::uint64_t unlogged_failures_ = 0;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace governor::daemon
