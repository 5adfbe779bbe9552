#include "daemon/alerts/clock_watch.hpp"

#include "daemon/support/elapsed_clock.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kNoon = 1'764'072'000 * kSecond;

}  // namespace

TEST_CASE("a wall clock that goes with the other one is no jump, however long the pause") {
  ClockWatch watch(5 * kSecond);
  CHECK_FALSE(watch.observe(kNoon, 100 * kSecond));
  CHECK_FALSE(watch.observe(kNoon + kSecond, 101 * kSecond));
  CHECK_FALSE(watch.observe(kNoon + 8 * 3600 * kSecond, (100 + 8 * 3600) * kSecond));  // a night's sleep
  CHECK_FALSE(watch.observe(kNoon + (8 * 3600 + 5) * kSecond, (100 + 8 * 3600) * kSecond));  // at the limit
}

TEST_CASE("a wall clock that is set is a jump, forward or back, said once") {
  ClockWatch watch(5 * kSecond);
  CHECK_FALSE(watch.observe(kNoon, 0));
  CHECK(watch.observe(kNoon + 61 * kSecond, kSecond) == 60 * kSecond);
  CHECK_FALSE(watch.observe(kNoon + 62 * kSecond, 2 * kSecond));
  CHECK(watch.observe(kNoon + 3 * kSecond, 3 * kSecond) == -60 * kSecond);
  CHECK_FALSE(watch.observe(kNoon + 4 * kSecond, 4 * kSecond));
}

TEST_CASE("the clock that nobody sets goes on") {
  const std::int64_t before = elapsed_clock_us();
  CHECK(before > 0);
  CHECK(elapsed_clock_us() >= before);
}
