#include "daemon/supervisor/keeper/paused_processes.hpp"

#include <signal.h>

namespace governor::daemon {
namespace {

/// One that was just being made is seen the second time.
constexpr int kQuietLooks = 3;
constexpr std::chrono::milliseconds kBusyLook{20};
constexpr std::chrono::milliseconds kQuietLook{5'000};

}  // namespace

std::chrono::milliseconds PausedProcesses::interval() const {
  return quiet_looks_ < kQuietLooks ? kBusyLook : kQuietLook;
}

void PausedProcesses::hold(const std::vector<SeenProcess>& running, Clock::time_point now) {
  bool is_quiet = true;
  for (const SeenProcess& process : running) {
    // Once each: one that somebody lets go on by hand is theirs.
    if (!held_.emplace(process.pid, process.start_time).second) continue;
    signal_process(process, SIGSTOP);
    is_quiet = false;
  }
  quiet_looks_ = is_quiet ? quiet_looks_ + 1 : 0;
  next_ = now + interval();
}

void PausedProcesses::go_on() {
  for (const auto& [pid, start_time] : held_) signal_process({pid, 0, start_time}, SIGCONT);
  held_.clear();
}

}  // namespace governor::daemon
