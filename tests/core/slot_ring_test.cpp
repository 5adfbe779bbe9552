#include "core/slot_ring.hpp"

#include <deque>
#include <set>

#include "tests/support/catch.hpp"

using governor::core::SlotKey;
using governor::core::SlotRing;

TEST_CASE("slots are numbered from 1, and none is handed out twice at a time") {
  SlotRing ring(0);
  std::set<SlotKey> slots;
  for (int i = 0; i < 200; ++i) slots.insert(ring.take());
  CHECK(slots.size() == 200);
  CHECK(*slots.begin() == 1);
  CHECK(*slots.rbegin() == 200);
}

TEST_CASE("slots that are taken and given back in bursts stay side by side") {
  SlotRing ring(0);
  std::deque<SlotKey> live;
  for (int round = 0; round < 1000; ++round) {
    std::set<SlotKey> burst;
    for (int i = 0; i < 64; ++i) {
      live.push_back(ring.take());
      burst.insert(live.back());
    }
    REQUIRE(burst.size() == 64);
    // Apart from the place where the ring begins anew, a burst of 64 covers hardly more than 64 places.
    if (round > 100 && *burst.begin() < *burst.rbegin() - 200) CHECK(*burst.begin() < 64);
    while (live.size() > 256) {
      ring.release(live.front());
      live.pop_front();
    }
  }
  CHECK(ring.take() <= 2 * (256 + 64) + 64);
}

TEST_CASE("a slot in use from before is not handed out") {
  SlotRing ring(3);
  ring.mark_used(2);
  for (int i = 0; i < 100; ++i) CHECK(ring.take() != 2);
}
