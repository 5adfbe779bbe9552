#include "core/loop_detection.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

constexpr std::int64_t kSecond = 1'000'000;

struct Watched {
  LoopWatch watch;
  LoopState loop;
  LoopPolicy policy = LoopPolicy::advise;

  bool see(std::int64_t at_seconds, std::uint64_t fingerprint, bool rejected = false) {
    const LoopWatch::Seen seen{at_seconds * kSecond, fingerprint, rejected};
    watch.note(seen);
    return follow_loop(loop, watch, seen, policy);
  }
};

}  // namespace

TEST_CASE("a fingerprint tells text and parameters apart, and is the same on every machine") {
  const std::vector<double> none;
  CHECK(fingerprint("", none) == 0);
  CHECK(fingerprint("a", none) != 0);
  CHECK(fingerprint("a", none) == fingerprint("a", none));
  CHECK(fingerprint("a", none) != fingerprint("b", none));
  CHECK(fingerprint(std::string_view("a\0", 2), none) != fingerprint("a", none));
  CHECK(fingerprint("12345678", none) != fingerprint("123456789", none));
  CHECK(fingerprint("", std::vector<double>{1.0}) != fingerprint("", std::vector<double>{1.0, 0.0}));
  CHECK(fingerprint("", std::vector<double>{1.0, 2.0}) != fingerprint("", std::vector<double>{2.0, 1.0}));
  CHECK(fingerprint("governor", std::vector<double>{0.5}) == 0x6e7d3cecad9d7417ull);
}

TEST_CASE("the same update more than three times within ten minutes is a loop") {
  Watched w;
  CHECK_FALSE(w.see(0, 7));
  CHECK_FALSE(w.see(1, 7));
  CHECK_FALSE(w.see(2, 8));
  CHECK_FALSE(w.see(3, 7));
  CHECK(w.loop.kind == LoopKind::none);
  CHECK(w.see(599, 7));
  CHECK(w.loop.kind == LoopKind::repeated_update);
  CHECK(w.loop.since_us == 599 * kSecond);
}

TEST_CASE("the same update four times over more than ten minutes is none") {
  Watched w;
  for (const std::int64_t at : {0, 200, 400, 600}) w.see(at, 7);
  CHECK(w.loop.kind == LoopKind::none);
}

TEST_CASE("speed alone is no loop, and an update without text and parameters repeats nothing") {
  Watched w;
  for (std::uint64_t i = 0; i < 200; ++i) CHECK_FALSE(w.see(0, 100 + i));
  for (int i = 0; i < 20; ++i) CHECK_FALSE(w.see(0, 0));
  CHECK(w.loop.kind == LoopKind::none);
}

TEST_CASE("three rejects in a row within ten seconds are a loop") {
  Watched w;
  w.see(0, 1, true);
  w.see(5, 2, true);
  CHECK(w.see(10, 3, true));
  CHECK(w.loop.kind == LoopKind::repeated_reject);

  Watched slow;
  slow.see(0, 1, true);
  slow.see(5, 2, true);
  slow.see(11, 3, true);
  CHECK(slow.loop.kind == LoopKind::none);

  Watched broken;
  broken.see(0, 1, true);
  broken.see(1, 2, false);
  broken.see(2, 3, true);
  broken.see(3, 4, true);
  CHECK(broken.loop.kind == LoopKind::none);
}

TEST_CASE("a loop lasts until a different action, however long that takes") {
  Watched w;
  for (int i = 0; i < 4; ++i) w.see(i, 7);
  REQUIRE(w.loop.kind == LoopKind::repeated_update);
  CHECK_FALSE(w.see(10'000, 7));  // hours later, and the same again
  CHECK(w.loop.kind == LoopKind::repeated_update);
  CHECK(w.loop.since_us == 3 * kSecond);
  CHECK(w.see(10'001, 8));
  CHECK(w.loop.kind == LoopKind::none);

  Watched rejected;
  for (int i = 0; i < 3; ++i) rejected.see(i, 10 + static_cast<std::uint64_t>(i), true);
  REQUIRE(rejected.loop.kind == LoopKind::repeated_reject);
  CHECK_FALSE(rejected.see(5000, 20, true));
  CHECK(rejected.see(5001, 21, false));
  CHECK(rejected.loop.kind == LoopKind::none);
}

TEST_CASE("with the policy block the cooldown begins at 5 s and doubles up to 5 minutes") {
  Watched w;
  w.policy = LoopPolicy::block;
  for (int i = 0; i < 4; ++i) w.see(i, 7);
  std::int64_t expected = 5;
  for (int round = 0; round < 12; ++round) {
    CHECK(w.loop.cooldown_us == expected * kSecond);
    const std::int64_t again = w.loop.cooldown_until_us / kSecond + 1;
    CHECK(w.see(again, 7));
    expected = std::min<std::int64_t>(2 * expected, 300);
  }
  CHECK(w.loop.cooldown_us == 300 * kSecond);
  w.see(100'000, 9);
  CHECK(w.loop.cooldown_until_us == 0);
}

TEST_CASE("with the policy advise nothing is ever held up") {
  Watched w;
  for (int i = 0; i < 40; ++i) w.see(i, 7);
  CHECK(w.loop.cooldown_until_us == 0);
}
