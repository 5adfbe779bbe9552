#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace governor::daemon {

/// Files that somebody writes and has not closed: those are to be looked at when nothing was written for a
/// while, and in any case after a longer time.
class GrowingFiles {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kQuiet{1500};
  static constexpr std::chrono::milliseconds kLongest{20'000};

  void note(const std::string& path, Clock::time_point now) {
    files_.try_emplace(path, Growth{now, now}).first->second.last = now;
  }
  /// It was closed, or is gone.
  void forget(const std::string& path) { files_.erase(path); }
  /// Those whose time has come; they are forgotten.
  std::vector<std::string> take_due(Clock::time_point now);
  [[nodiscard]] bool empty() const { return files_.empty(); }

 private:
  struct Growth {
    Clock::time_point since;
    Clock::time_point last;
  };
  std::map<std::string, Growth> files_;
};

}  // namespace governor::daemon
