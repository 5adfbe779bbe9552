#include "daemon/lifecycle/stall_judge.hpp"

#include "daemon/lifecycle/watchdog_settings.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using std::chrono::seconds;

namespace {

/// Looks every five seconds at somebody who hangs, on a clock of its own.
struct HangingFor {
  StallJudge::TimePoint now = StallJudge::TimePoint(std::chrono::hours(1));
  StallJudge::TimePoint last_round = now;
  StallJudge judge{seconds(30), now};

  bool look_after(seconds time) {
    now += time;
    return judge.is_overdue(now, last_round);
  }
  /// How long until it is judged to hang.
  seconds time_until_overdue() {
    const auto from = now;
    while (!look_after(seconds(5))) {
    }
    return std::chrono::duration_cast<seconds>(now - from);
  }
};

}  // namespace

TEST_CASE("a round is overdue after the limit, and not while rounds come") {
  HangingFor daemon;
  for (int i = 0; i < 100; ++i) {
    daemon.last_round = daemon.now;
    CHECK_FALSE(daemon.look_after(seconds(5)));
  }
  daemon.last_round = daemon.now;
  CHECK(daemon.time_until_overdue() == seconds(30));
}

TEST_CASE("after the process stood still a full time counts anew, at whatever moment it was") {
  for (int before = 0; before < 6; ++before) {
    INFO(before);
    HangingFor daemon;
    for (int i = 0; i < before; ++i) CHECK_FALSE(daemon.look_after(seconds(5)));
    CHECK_FALSE(daemon.look_after(std::chrono::hours(8)));
    CHECK(daemon.time_until_overdue() == seconds(30));
  }
}

TEST_CASE("a look that comes a little late excuses nobody") {
  HangingFor daemon;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(daemon.look_after(seconds(9)));
  CHECK(daemon.look_after(seconds(9)));
}

TEST_CASE("who is forgiven, or given longer, gets that time") {
  HangingFor daemon;
  CHECK(daemon.time_until_overdue() == seconds(30));
  daemon.judge.forgive(daemon.now);
  CHECK(daemon.time_until_overdue() == seconds(30));
  daemon.judge.forgive(daemon.now);
  daemon.judge.allow(seconds(60));
  daemon.judge.allow(seconds(10));
  CHECK(daemon.time_until_overdue() == seconds(60));
}

TEST_CASE("each daemon that follows one that hung waits twice as long, within a bound") {
  CHECK(watchdog_limit(30, 0) == seconds(30));
  CHECK(watchdog_limit(30, 1) == seconds(60));
  CHECK(watchdog_limit(30, 4) == seconds(480));
  CHECK(watchdog_limit(30, 1'000'000) == seconds(480));
  CHECK(watchdog_limit(0, 3) == seconds(0));
}
