#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "daemon/support/elapsed_clock.hpp"

namespace governor::daemon {

/// For how long this daemon may act on what it holds in shared workspaces, by a clock that counts the time in
/// which the machine sleeps. It ends a while before the database lets others take anything: for clocks that
/// do not run alike, and for what has just begun. Any thread.
class Membership {
 public:
  explicit Membership(std::chrono::microseconds length)
      : length_us_(length.count()), margin_us_(std::min<std::int64_t>(length.count() / 4, 2'000'000)) {}

  /// The database has confirmed it, asked at that time of `elapsed_clock_us`.
  void confirmed(std::int64_t asked_us) { until_us_.store(asked_us + length_us_ - margin_us_); }
  void over() { until_us_.store(0); }
  [[nodiscard]] bool lasts(std::int64_t now_us = elapsed_clock_us()) const {
    return now_us < until_us_.load(std::memory_order_relaxed);
  }

 private:
  std::int64_t length_us_;
  std::int64_t margin_us_;
  std::atomic<std::int64_t> until_us_{0};
};

}  // namespace governor::daemon
