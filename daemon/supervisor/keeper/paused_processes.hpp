#pragma once

#include <sys/types.h>

#include <chrono>
#include <set>
#include <utility>
#include <vector>

#include "daemon/supervisor/process_scan.hpp"

namespace governor::daemon {

/// Stops processes with SIGSTOP, those too that they make while they are being stopped, and lets exactly
/// these go on. Whoever uses it looks again and again: at first often, then now and then.
class PausedProcesses {
 public:
  using Clock = std::chrono::steady_clock;

  void hold(const std::vector<SeenProcess>& running, Clock::time_point now);
  void go_on();
  [[nodiscard]] bool is_due(Clock::time_point now) const { return now >= next_; }
  /// Until the next look.
  [[nodiscard]] std::chrono::milliseconds interval() const;

 private:
  std::set<std::pair<pid_t, std::uint64_t>> held_;
  int quiet_looks_ = 0;  ///< at which nothing new was found
  Clock::time_point next_{};
};

}  // namespace governor::daemon
