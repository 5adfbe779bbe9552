#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/deployment.hpp"
#include "daemon/supervisor/runner.hpp"
#include "daemon/supervisor/stream_events.hpp"

namespace governor::daemon {

/// What can be told of a program by what it writes, and by its silence. Time is passed in.
class OutputWatch {
 public:
  using Clock = std::chrono::steady_clock;

  OutputWatch(const Runner& runner, std::chrono::minutes stuck_after, Clock::time_point began)
      : runner_(runner), stuck_after_(stuck_after), last_(began) {}

  void take(std::string_view bytes, Clock::time_point now);
  /// It cannot say anything: that is not counted as silence.
  void pause(Clock::time_point now) { last_ = now; }
  /// How it stands now; nothing as long as there is nothing to be said of it.
  [[nodiscard]] std::optional<core::DeploymentSeen> seen(Clock::time_point now) const;

  [[nodiscard]] const StreamEvents& events() const { return events_; }
  /// When it said that its work is over.
  [[nodiscard]] std::optional<Clock::time_point> result_at() const { return result_at_; }
  /// The last line with something in it, as it may be shown.
  [[nodiscard]] std::string last_line() const;

 private:
  void take_lines(std::string_view bytes);
  [[nodiscard]] const WaitSign* sign_shown() const;

  Runner runner_;
  std::chrono::minutes stuck_after_;
  StreamEvents events_;
  std::string line_;  ///< JSON, not yet complete
  bool skips_ = false;
  std::string tail_;
  bool has_spoken_ = false;
  Clock::time_point last_;
  std::optional<Clock::time_point> result_at_;
};

/// Without what moves the cursor, colours and the like.
std::string without_terminal_codes(std::string_view text);

}  // namespace governor::daemon
