#pragma once

#include <chrono>
#include <set>
#include <utility>
#include <vector>

#include "daemon/supervisor/process_scan.hpp"

namespace governor::daemon {

/// Ends processes that go on making others while they are being ended: TERM once to each, and after the grace
/// KILL to all, at every look. Whoever uses it looks again and again until there are none.
class EndingProcesses {
 public:
  using Clock = std::chrono::steady_clock;

  /// After the grace, how long it goes on killing before there is no use in it.
  static constexpr std::chrono::seconds kKillFor{30};

  EndingProcesses(Clock::time_point began, std::chrono::milliseconds grace) : began_(began), grace_(grace) {}

  void look(const std::vector<SeenProcess>& running, Clock::time_point now);
  /// What is left then cannot be ended: it hangs inside the kernel, or is not ours to end.
  [[nodiscard]] bool is_hopeless(Clock::time_point now) const { return now >= began_ + grace_ + kKillFor; }
  /// The grace is over at once.
  void hurry(Clock::time_point now);
  [[nodiscard]] std::size_t told() const { return told_.size(); }

 private:
  Clock::time_point began_;
  std::chrono::milliseconds grace_;
  std::set<std::pair<pid_t, std::uint64_t>> told_;
};

}  // namespace governor::daemon
