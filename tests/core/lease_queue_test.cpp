// Waiting for leases: order, deadlocks, and a property test of both.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;
using Status = LeaseOutcome::Status;

TEST_CASE("the number of a place that is no more takes nobody else's") {
  LeaseFixture f;
  f.granted(f.alice, {"/p/a"});
  const WaiterKey bobs = f.queued(f.bob, {"/p/a"});
  f.state.stop_waiting(bobs, f.changes);
  const WaiterKey carols = f.queued(f.carol, {"/p/a"});
  // As after the state was read back, when numbers begin anew.
  LeaseFixture::Wish again;
  again.waiter = carols;
  CHECK(f.queued(f.bob, {"/p/a"}, again) != carols);
  CHECK(f.state.leases().waiters().size() == 2);
  CHECK(f.state.leases().waiters().at(carols).claim.holder.session == f.carol);
}

TEST_CASE("those who wait get it in the order in which they came") {
  LeaseFixture f;
  const LeaseKey held = f.granted(f.alice, {"/p/a"});
  const WaiterKey second = f.queued(f.bob, {"/p/a"});
  const WaiterKey third = f.queued(f.carol, {"/p/a"});
  CHECK(f.state.leases().next_ready() == 0);
  REQUIRE(f.state.release_lease({f.alice, 0}, held, f.now, f.changes));
  CHECK(f.state.leases().next_ready() == second);
  CHECK(f.request(f.carol, {"/p/a"}, {.wait_us = 1, .waiter = third}).status == Status::waiting);
  const LeaseKey next = f.granted(f.bob, {"/p/a"}, {.wait_us = 1, .waiter = second});
  CHECK(f.state.leases().next_ready() == 0);
  REQUIRE(f.state.release_lease({f.bob, 0}, next, f.now, f.changes));
  CHECK(f.state.leases().next_ready() == third);
}

TEST_CASE("shared requests do not pass an exclusive one that waits") {
  LeaseFixture f;
  const LeaseKey reader = f.granted(f.alice, {"/p/a"}, {.mode = LeaseMode::shared});
  const WaiterKey writer = f.queued(f.bob, {"/p/a"});
  const LeaseOutcome late = f.request(f.carol, {"/p/a"}, {.mode = LeaseMode::shared});
  CHECK(late.status == Status::held);
  CHECK(late.ahead == 1);
  CHECK(f.request(f.carol, {"/p/b"}, {.mode = LeaseMode::shared}).status == Status::granted);
  REQUIRE(f.state.release_lease({f.alice, 0}, reader, f.now, f.changes));
  CHECK(f.state.leases().next_ready() == writer);
}

TEST_CASE("the deadline of a wait ends it with who is in the way") {
  LeaseFixture f;
  f.granted(f.alice, {"/p/a"});
  const WaiterKey waiter = f.queued(f.bob, {"/p/a"});
  const LeaseOutcome over = f.request(f.bob, {"/p/a"}, {.waiter = waiter});
  CHECK(over.status == Status::held);
  CHECK(over.obstacles.size() == 1);
  CHECK(f.state.leases().waiters().empty());
}

TEST_CASE("a request that would close a circle is refused with the circle") {
  LeaseFixture f;
  f.granted(f.alice, {"/p/a"});
  f.granted(f.bob, {"/p/b"});
  f.granted(f.carol, {"/p/c"});
  f.queued(f.alice, {"/p/b"});
  f.queued(f.bob, {"/p/c"});
  const auto refused = f.try_request(f.carol, {"/p/a"}, {.wait_us = 1});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::would_deadlock);
  const std::string& message = refused.error().message;
  const auto place = [&](const char* name) { return message.find(name); };
  CHECK(place("client-of-c") < place("client-of-a"));
  CHECK(place("client-of-a") < place("client-of-b"));
  CHECK(message.rfind("client-of-c") > place("client-of-b"));
  CHECK(f.state.leases().waiters().size() == 2);
  CHECK(f.request(f.carol, {"/p/a"}).status == Status::held);  // not waiting is always safe
}

TEST_CASE("two readers that both want to write: the second one is told") {
  LeaseFixture f;
  f.granted(f.alice, {"/p/a"}, {.mode = LeaseMode::shared});
  const LeaseKey reader = f.granted(f.bob, {"/p/a"}, {.mode = LeaseMode::shared});
  const WaiterKey writer = f.queued(f.alice, {"/p/a"});
  CHECK(f.try_request(f.bob, {"/p/a"}, {.wait_us = 1}).error().code == ErrorCode::would_deadlock);
  REQUIRE(f.state.release_lease({f.bob, 0}, reader, f.now, f.changes));
  CHECK(f.state.leases().next_ready() == writer);
}

TEST_CASE("a holder need not queue behind those who wait for it") {
  LeaseFixture f;
  f.granted(f.alice, {"/p/a"}, {.mode = LeaseMode::shared});
  f.queued(f.bob, {"/p/**"});
  CHECK(f.request(f.alice, {"/p/b"}).status == Status::granted);
}

TEST_CASE("a circle that a grant closes ends for the youngest in it") {
  LeaseFixture f;
  const LeaseKey first = f.granted(f.alice, {"/p/a"});
  const LeaseKey other = f.granted(f.carol, {"/p/b"});
  f.queued(f.bob, {"/p/b"});                           // bob waits for carol
  const WaiterKey next = f.queued(f.bob, {"/p/a"});    // and for alice
  const WaiterKey last = f.queued(f.carol, {"/p/a"});  // carol waits for alice; behind her, not behind bob
  REQUIRE(f.state.release_lease({f.alice, 0}, first, f.now, f.changes));
  const WaiterKey ready = f.state.leases().next_ready();
  if (ready == next) {
    f.granted(f.bob, {"/p/a"}, {.wait_us = 1, .waiter = next});
    // bob has a and wants b, carol has b and wants a
    CHECK(f.state.leases().next_ready() == last);
    CHECK(f.try_request(f.carol, {"/p/a"}, {.wait_us = 1, .waiter = last}).error().code ==
          ErrorCode::would_deadlock);
  } else {
    CHECK(ready == last);
    f.granted(f.carol, {"/p/a"}, {.wait_us = 1, .waiter = last});
  }
  (void)other;
  CHECK(f.state.leases().next_ready() == 0);
}

namespace {

/// Agents that ask, wait, release and give up at random.
class RandomAgents {
 public:
  explicit RandomAgents(unsigned seed) : random_(seed) {
    for (int i = 0; i < kAgents; ++i) {
      bool resumed = false;
      sessions_.push_back(f.state.open_session(session_named(std::to_string(i), i), resumed, f.changes).key);
    }
  }

  void step() {
    f.now += 1;
    const SessionKey who = sessions_[random_() % sessions_.size()];
    switch (random_() % 8) {
      case 0: release_one(who); break;
      case 1:
        if (random_() % 8 == 0) end_all(who);
        break;
      case 2: expire_some(); break;
      default: ask(who);
    }
    settle();
    check();
  }

  /// Everybody gives back what he has; then nobody may be left waiting.
  void finish() {
    for (int round = 0; round < 10'000 && !f.state.leases().waiters().empty(); ++round) {
      if (!f.state.leases().open().empty()) {
        const Lease lease = f.state.leases().open().begin()->second;
        REQUIRE(f.state.release_lease({lease.claim.holder.session, 0}, lease.key, f.now, f.changes));
      }
      settle();
      check();
    }
    CHECK(f.state.leases().waiters().empty());
  }

  std::size_t granted = 0, waited = 0, refused = 0, ended_waits = 0;

 private:
  static constexpr int kAgents = 6;
  using Wish = LeaseFixture::Wish;

  std::vector<std::string> random_paths() {
    static const std::vector<std::string> all{"/p/a",    "/p/b",  "/p/c",   "/p/d/x", "/p/d/y",
                                              "/p/d/**", "/p/**", "/p/*.c", "/p/e.c"};
    std::vector<std::string> paths;
    const std::size_t count = 1 + random_() % 3;
    for (std::size_t i = 0; i < count; ++i) paths.push_back(all[random_() % all.size()]);
    return paths;
  }

  void ask(SessionKey who) {
    const auto paths = random_paths();
    Wish wish;
    wish.mode = random_() % 3 == 0 ? LeaseMode::shared : LeaseMode::exclusive;
    wish.ttl_us = 5 + static_cast<std::int64_t>(random_() % 100);
    wish.wait_us = random_() % 4 == 0 ? 0 : 1'000'000;
    const auto outcome = f.try_request(who, paths, wish);
    if (!outcome) {
      REQUIRE(outcome.error().code == ErrorCode::would_deadlock);
      ++refused;
    } else if (outcome->status == Status::waiting) {
      waiting_[outcome->waiter] = {who, paths, wish.mode};
      ++waited;
    } else if (outcome->status == Status::granted) {
      ++granted;
    }
  }

  void release_one(SessionKey who) {
    for (const auto& [key, lease] : f.state.leases().open()) {
      if (lease.claim.holder.session != who) continue;
      REQUIRE(f.state.release_lease({who, 0}, LeaseKey(key), f.now, f.changes));
      return;
    }
  }

  void end_all(SessionKey who) {
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (it->second.who == who) {
        f.state.stop_waiting(it->first, f.changes);
        it = waiting_.erase(it);
      } else {
        ++it;
      }
    }
  }

  void expire_some() {
    f.now += static_cast<std::int64_t>(random_() % 20);
    f.state.expire(f.now, f.changes);
  }

  void settle() {
    while (const WaiterKey ready = f.state.leases().next_ready()) {
      const auto found = waiting_.find(ready);
      REQUIRE(found != waiting_.end());
      const Asked asked = found->second;
      // Nobody older who wants the same may be passed, unless it waits for this very one.
      const auto outcome = f.try_request(
          asked.who, asked.paths, {.mode = asked.mode, .ttl_us = 50, .wait_us = 1'000'000, .waiter = ready});
      waiting_.erase(found);
      ++ended_waits;
      if (outcome) {
        REQUIRE(outcome->status == Status::granted);
      } else {
        REQUIRE(outcome.error().code == ErrorCode::would_deadlock);
      }
    }
  }

  void check() {
    const auto& open = f.state.leases().open();
    for (auto a = open.begin(); a != open.end(); ++a) {
      for (auto b = std::next(a); b != open.end(); ++b)
        REQUIRE_FALSE(a->second.claim.conflicts_with(b->second.claim));
    }
    REQUIRE(f.state.leases().waiters().size() == waiting_.size());
    std::int64_t next_end = INT64_MAX;
    for (const auto& [key, lease] : open) next_end = std::min(next_end, lease.expires_us);
    REQUIRE(f.state.next_deadline_us() == next_end);
    // Whoever waits has something before it that is not itself waiting for it: no circle.
    std::map<SessionKey, std::set<SessionKey>> waits_for;
    for (const auto& [key, waiter] : f.state.leases().waiters()) {
      const auto obstacles = f.state.leases().obstacles(waiter.claim, key);
      REQUIRE_FALSE(obstacles.none());
      for (const Lease* lease : obstacles.leases)
        waits_for[waiter.claim.holder.session].insert(lease->claim.holder.session);
      for (const auto* older : obstacles.waiters) {
        REQUIRE(older->key < key);
        waits_for[waiter.claim.holder.session].insert(older->claim.holder.session);
      }
    }
    for (const auto& [start, targets] : waits_for) {
      std::set<SessionKey> seen;
      std::vector<SessionKey> next(targets.begin(), targets.end());
      while (!next.empty()) {
        const SessionKey at = next.back();
        next.pop_back();
        REQUIRE(at != start);
        if (!seen.insert(at).second) continue;
        if (const auto found = waits_for.find(at); found != waits_for.end())
          next.insert(next.end(), found->second.begin(), found->second.end());
      }
    }
  }

  struct Asked {
    SessionKey who = 0;
    std::vector<std::string> paths;
    LeaseMode mode = LeaseMode::exclusive;
  };

  LeaseFixture f;
  std::mt19937 random_;
  std::vector<SessionKey> sessions_;
  std::map<WaiterKey, Asked> waiting_;
};

}  // namespace

TEST_CASE("random requests: no circle waits, grants go together, every wait ends") {
  std::size_t granted = 0, waited = 0, refused = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    RandomAgents agents(seed);
    for (int i = 0; i < 400; ++i) agents.step();
    agents.finish();
    granted += agents.granted;
    waited += agents.waited;
    refused += agents.refused;
  }
  // The test means something only if all of these happen.
  CHECK(granted > 500);
  CHECK(waited > 500);
  CHECK(refused > 50);
}
