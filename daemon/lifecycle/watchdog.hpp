#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/support/activity.hpp"

namespace governor::daemon {

class StallJudge;

/// Ends a daemon that hangs, so that clients bring up another. Rounds go through the event loop, the strand
/// of the state and the thread of the store; a thread of its own, which shares no lock with any of them,
/// looks whether they are completed.
///
/// A file system that hangs is no reason: the next daemon would hang on it as well, before it could tell
/// anybody. So it is asked first, on a thread that may hang with it, and as long as it does not answer this
/// daemon stays, which still says what is wrong.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  struct Settings {
    std::chrono::milliseconds limit{0};  ///< of the time without a round; 0: nobody watches
    /// Tells the service manager that the daemon lives: after each round, and while nothing but a file system
    /// hangs. May be empty.
    std::function<void()> tell_alive;
    /// Returns when the file system of the state directory has answered, in whatever way. Empty: it always
    /// does.
    std::function<void()> ask_file_system;
    /// Ends the process, on the watchdog's thread. `why` is one line, `report` has more of them.
    std::function<void(const std::string& why, const std::string& report)> end;
  };

  enum class Station { loop, strand, store };

  /// The activities outlive it.
  Watchdog(Settings settings, const Activities& activities);
  /// Waits for a question to the file system that is not answered yet.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Whether rounds are of use to anybody.
  [[nodiscard]] bool wants_rounds() const { return settings_.limit.count() > 0 || settings_.tell_alive; }

  // Any thread.
  /// A round has come to this station and goes on when the station has its turn.
  void goes_to(Station station) { station_ = station; }
  void came_round();
  /// There will be no more rounds; the process is to end within `limit`, or the usual one if that is longer.
  void expect_end(std::chrono::milliseconds limit);

 private:
  struct Question;  ///< to the file system

  void watch();
  void consider(std::unique_lock<std::mutex>& lock, Clock::time_point now, StallJudge& judge);
  void ask(Clock::time_point now);
  [[nodiscard]] std::string reason(Clock::time_point now) const;
  [[nodiscard]] std::string report(Clock::time_point now) const;

  const Settings settings_;
  const Activities& activities_;
  std::atomic<Clock::rep> last_round_;
  std::atomic<Station> station_{Station::loop};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::chrono::milliseconds longer_limit_{0};
  std::unique_ptr<Question> question_;
  std::thread thread_;  // last; none where nobody watches
};

/// Writes a little into the directory and removes it again.
void ask_file_system(const std::string& directory);

}  // namespace governor::daemon
