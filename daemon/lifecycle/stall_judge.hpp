#pragma once

#include <algorithm>
#include <chrono>

namespace governor::daemon {

/// Whether a round is overdue, judged at looks that should come at even intervals. Where a look comes late,
/// the process or the machine stood still, and with it whoever should have come round: from there a full time
/// counts anew. Without clock and threads.
class StallJudge {
 public:
  using Duration = std::chrono::milliseconds;
  using TimePoint = std::chrono::steady_clock::time_point;

  StallJudge(Duration limit, TimePoint now)
      : limit_(limit),
        interval_(std::max<Duration>(limit / 6, Duration(1))),
        looked_(now),
        counts_from_(now) {}

  [[nodiscard]] Duration interval() const { return interval_; }
  [[nodiscard]] TimePoint next_look() const { return looked_ + interval_; }

  /// `last_round` is when the last one was complete.
  bool is_overdue(TimePoint now, TimePoint last_round) {
    if (now - looked_ >= 2 * interval_) forgive(now);
    looked_ = now;
    return now - std::max(last_round, counts_from_) >= limit_;
  }
  void forgive(TimePoint now) { counts_from_ = now; }
  /// From now on it may take so long at least.
  void allow(Duration at_least) { limit_ = std::max(limit_, at_least); }

 private:
  Duration limit_;
  Duration interval_;
  TimePoint looked_;
  TimePoint counts_from_;
};

}  // namespace governor::daemon
