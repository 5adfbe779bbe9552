#include "daemon/supervisor/ending_processes.hpp"

#include <signal.h>

#include <algorithm>

namespace governor::daemon {

void EndingProcesses::look(const std::vector<SeenProcess>& running, Clock::time_point now) {
  const bool is_over = now >= began_ + grace_;
  for (const SeenProcess& process : running) {
    const bool is_new = told_.emplace(process.pid, process.start_time).second;
    if (is_over) {
      signal_process(process, SIGKILL);
    } else if (is_new) {
      signal_process(process, SIGTERM);
      signal_process(process, SIGCONT);  // one that is stopped would not see it
    }
  }
}

void EndingProcesses::hurry(Clock::time_point now) {
  grace_ = std::min(grace_, std::chrono::duration_cast<std::chrono::milliseconds>(now - began_));
}

}  // namespace governor::daemon
