#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;
using Status = LeaseOutcome::Status;

TEST_CASE("an exclusive lease keeps everybody else out, and says who has it") {
  LeaseFixture f;
  const LeaseOutcome first = f.request(f.alice, {"/p/a.cpp"});
  CHECK(first.status == Status::granted);
  CHECK(first.created);
  const auto saved = of_kind<LeaseSaved>(f.changes);
  REQUIRE(saved.size() == 1);
  CHECK(saved[0].lease.expires_us == f.now + 600 * LeaseFixture::kSecond);

  const LeaseOutcome second = f.request(f.bob, {"/p/a.cpp"});
  CHECK(second.status == Status::held);
  REQUIRE(second.obstacles.size() == 1);
  CHECK(second.obstacles[0].lease == first.lease.key);
  CHECK(second.obstacles[0].holder.client == "client-of-a");
  CHECK(second.obstacles[0].holder.pid == 1001);
  CHECK(second.obstacles[0].until_us == first.lease.expires_us);
  CHECK(of_kind<LeaseSaved>(f.changes).size() == 1);
}

TEST_CASE("requests are all or nothing") {
  LeaseFixture f;
  f.granted(f.alice, {"/p/a.cpp"});
  CHECK(f.request(f.bob, {"/p/b.cpp", "/p/a.cpp"}).status == Status::held);
  CHECK(f.is_free("/p/b.cpp"));
}

TEST_CASE("shared leases go together, exclusive ones with none") {
  LeaseFixture f;
  f.granted(f.alice, {"/p/**"}, {.mode = LeaseMode::shared});
  f.granted(f.bob, {"/p/x"}, {.mode = LeaseMode::shared});
  CHECK(f.request(f.carol, {"/p/x"}).status == Status::held);
  CHECK(f.request(f.carol, {"/p/x"}).obstacles.size() == 2);
  CHECK(f.request(f.carol, {"/q/x"}).status == Status::granted);
}

TEST_CASE("two names of one file conflict by its number") {
  LeaseFixture f;
  LeaseCommand one{.paths = {{PathPattern::literal("/p/a"), {}, 5, 77}}, .ttl_us = 1'000'000};
  LeaseCommand other{.paths = {{PathPattern::literal("/q/b"), {}, 5, 77}}, .ttl_us = 1'000'000};
  REQUIRE(f.state.request_lease({f.alice, 0}, one, f.now, f.changes));
  CHECK(f.state.request_lease({f.bob, 0}, other, f.now, f.changes)->status == Status::held);
}

TEST_CASE("what one has is granted once more, with the same fence, and lasts longer") {
  LeaseFixture f;
  const LeaseOutcome first = f.request(f.alice, {"/p/**"});
  f.now += 10;
  const LeaseOutcome again = f.request(f.alice, {"/p/a"});
  CHECK(again.status == Status::granted);
  CHECK_FALSE(again.created);
  CHECK(again.lease.key == first.lease.key);
  CHECK(again.lease.fence == first.lease.fence);
  CHECK(again.lease.expires_us == first.lease.expires_us + 10);
  const LeaseOutcome shorter = f.request(f.alice, {"/p/a"}, {.ttl_us = 1});
  CHECK(shorter.lease.expires_us == again.lease.expires_us);
}

TEST_CASE("fencing numbers only grow, whoever gets the lease and however the last one ended") {
  LeaseFixture f;
  std::uint64_t last = 0;
  for (int i = 0; i < 10; ++i) {
    const SessionKey who = i % 2 == 0 ? f.alice : f.bob;
    const LeaseOutcome outcome = f.request(who, {"/p/a"});
    REQUIRE(outcome.status == Status::granted);
    CHECK(outcome.lease.fence > last);
    last = outcome.lease.fence;
    if (i % 3 == 0) {
      f.now = outcome.lease.expires_us;
      f.state.expire(f.now, f.changes);
    } else {
      REQUIRE(f.state.release_lease({who, 0}, outcome.lease.key, f.now, f.changes));
    }
  }
}

TEST_CASE("a lease ends by release, by time, by a person, and by the end of its agent") {
  LeaseFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  const LeaseKey key = f.granted(f.alice, {"/p/a"}, {.agent_id = "x"});
  LeaseEnding expected = LeaseEnding::open;
  SECTION("release") {
    CHECK(f.state.release_lease({f.alice, 0}, key, f.now, f.changes)->ended_us == f.now);
    CHECK(f.state.release_lease({f.alice, 0}, key, f.now + 1, f.changes)->ended_us == f.now);
    expected = LeaseEnding::released;
  }
  SECTION("time") {
    f.now += 600 * LeaseFixture::kSecond;
    CHECK(f.state.next_deadline_us() == f.now);
    f.state.expire(f.now - 1, f.changes);
    CHECK_FALSE(f.is_free("/p/a"));
    f.state.expire(f.now, f.changes);
    expected = LeaseEnding::expired;
  }
  SECTION("a person") {
    REQUIRE(f.state.break_lease({f.bob, 0}, key, "it hangs", f.now, f.changes));
    const auto audited = of_kind<AuditAppended>(f.changes);
    CHECK(audited.back().event == "lease_broken");
    CHECK(audited.back().detail.find("it hangs") != std::string::npos);
    expected = LeaseEnding::broken;
  }
  SECTION("archive") {
    REQUIRE(f.state.change_lifecycle({f.alice, 0}, {"x", {}, {}}, Lifecycle::archived, f.now, f.changes));
    expected = LeaseEnding::agent_retired;
  }
  CHECK(f.is_free("/p/a"));
  CHECK(of_kind<LeaseSaved>(f.changes).back().lease.ending == expected);
  const auto renewed = f.state.renew_lease({f.alice, 0}, key, 1, f.now, f.changes);
  REQUIRE_FALSE(renewed);
  CHECK(renewed.error().code == ErrorCode::conflict);
  if (expected == LeaseEnding::broken) CHECK(renewed.error().message.find("it hangs") != std::string::npos);
}

TEST_CASE("a session's leases outlive it for the grace, in which its agent may come back") {
  LeaseFixture f;
  REQUIRE(f.register_agent(f.alice, "x", false, {}, "token"));
  const LeaseKey key = f.granted(f.alice, {"/p/a"}, {.agent_id = "x"});
  f.state.end_session(f.alice, f.now, f.changes);
  f.state.expire(f.now + 29 * LeaseFixture::kSecond, f.changes);
  CHECK_FALSE(f.is_free("/p/a"));
  SECTION("nobody comes") {
    CHECK(f.state.next_deadline_us() == f.now + 30 * LeaseFixture::kSecond);
    f.state.expire(f.now + 30 * LeaseFixture::kSecond, f.changes);
    CHECK(f.is_free("/p/a"));
  }
  SECTION("the agent registers in a new session") {
    REQUIRE(f.register_agent(f.bob, "x", false, "token"));
    f.state.expire(f.now + 60 * LeaseFixture::kSecond, f.changes);
    CHECK_FALSE(f.is_free("/p/a"));
    CHECK(f.state.renew_lease({f.bob, 0}, key, 1, f.now, f.changes));
  }
}

TEST_CASE("nobody uses another's lease") {
  LeaseFixture f;
  const LeaseKey key = f.granted(f.alice, {"/p/a"});
  for (const auto& refused : {f.state.renew_lease({f.bob, 0}, key, 1, f.now, f.changes),
                              f.state.release_lease({f.bob, 0}, key, f.now, f.changes)}) {
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::not_owner);
  }
  CHECK(f.state.renew_lease({f.bob, 0}, 999, 1, f.now, f.changes).error().code == ErrorCode::not_found);
  CHECK(f.try_request(f.bob, {"/p/b"}, {.agent_id = "nobody"}).error().code == ErrorCode::not_found);
}

TEST_CASE("writing needs an exclusive lease of one's own that covers the path and has not run out") {
  LeaseFixture f;
  const LeaseKey own = f.granted(f.alice, {"/p/*.cpp"});
  const LeaseKey shared = f.granted(f.alice, {"/q/a"}, {.mode = LeaseMode::shared});
  const auto write = [&](SessionKey who, LeaseKey lease, const std::string& path) {
    return f.state.lease_for_write({who, 0}, lease, path_of(path), f.now);
  };
  CHECK(write(f.alice, own, "/p/a.cpp"));
  CHECK(write(f.alice, own, "/p/a.hpp").error().message.find("does not cover") != std::string::npos);
  CHECK(write(f.alice, shared, "/q/a").error().message.find("shared") != std::string::npos);
  CHECK(write(f.bob, own, "/p/a.cpp").error().code == ErrorCode::not_owner);
  f.now += 600 * LeaseFixture::kSecond;
  CHECK(write(f.alice, own, "/p/a.cpp").error().message.find("expired") != std::string::npos);
  f.state.expire(f.now, f.changes);
  f.granted(f.bob, {"/p/a.cpp"});
  const Error overtaken = write(f.alice, own, "/p/a.cpp").error();
  CHECK(overtaken.code == ErrorCode::conflict);
  CHECK(overtaken.message.find("client-of-b") != std::string::npos);
}

TEST_CASE("while a file is written its lease does not end") {
  LeaseFixture f;
  const LeaseKey key = f.granted(f.alice, {"/p/a"});
  f.state.pin_lease(key);
  f.state.expire(f.now + 10'000 * LeaseFixture::kSecond, f.changes);
  CHECK_FALSE(f.is_free("/p/a"));
  CHECK(f.state.break_lease({f.bob, 0}, key, "now", f.now, f.changes).error().code == ErrorCode::conflict);
  f.state.unpin_lease(key);
  f.state.expire(f.now + 10'000 * LeaseFixture::kSecond, f.changes);
  CHECK(f.is_free("/p/a"));
}

TEST_CASE("an agent that should not go on gets no new exclusive lease, and is told the way out") {
  LeaseFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE(f.update(f.alice, "x"));
  Agent& agent = *f.state.find_agent("x");
  SECTION("paused") {
    agent.profile.status = Lifecycle::paused;
    CHECK(f.try_request(f.alice, {"/p/a"}, {.agent_id = "x"}).error().hint.find("resume_agent") == 0);
  }
  SECTION("critical") {
    agent.last->health = Health::critical;
    CHECK(f.try_request(f.alice, {"/p/a"}, {.agent_id = "x"}).error().code == ErrorCode::conflict);
  }
  SECTION("in a loop") {
    agent.profile.loop.kind = LoopKind::repeated_update;
    CHECK(f.try_request(f.alice, {"/p/a"}, {.agent_id = "x"}).error().code == ErrorCode::loop_detected);
  }
  CHECK(f.is_free("/p/a"));
}

TEST_CASE("leases are there again after a reload, ended ones for those who come with them") {
  LeaseFixture f;
  const LeaseKey open = f.granted(f.alice, {"/p/a"});
  const LeaseKey over = f.granted(f.alice, {"/p/b"});
  REQUIRE(f.state.release_lease({f.alice, 0}, over, f.now, f.changes));
  StateSeed seed;
  seed.keys.lease = over;
  seed.keys.fence = 2;
  seed.sessions.push_back(*f.state.find_session(f.alice));
  const auto saved = of_kind<LeaseSaved>(f.changes);
  seed.leases = {saved.back().lease, saved.front().lease};
  State again(Thresholds{}, std::move(seed));
  CHECK(again.renew_lease({f.alice, 0}, open, 1, f.now, f.changes));
  CHECK(again.renew_lease({f.alice, 0}, over, 1, f.now, f.changes).error().message.find("released") !=
        std::string::npos);
}

TEST_CASE("a file counts as being written while a report of its holder is awaited, and no longer") {
  LeaseFixture f;
  const LeaseOutcome granted = f.request(f.alice, {"/p/a.cpp"});
  const auto is_being_written = [&](const char* path) {
    return f.state.standing_of(path, f.now).is_being_written;
  };
  CHECK_FALSE(is_being_written("/p/a.cpp"));
  f.state.await_report(granted.lease.key);
  CHECK(is_being_written("/p/a.cpp"));
  CHECK_FALSE(is_being_written("/p/b.cpp"));
  REQUIRE(f.state.release_lease({f.alice, 0}, granted.lease.key, f.now, f.changes));
  CHECK_FALSE(is_being_written("/p/a.cpp"));

  // A holder that never reports does not keep the watcher out for ever.
  const LeaseOutcome later = f.request(f.alice, {"/p/a.cpp"});
  f.state.await_report(later.lease.key);
  f.now = later.lease.expires_us;
  CHECK_FALSE(is_being_written("/p/a.cpp"));
}

TEST_CASE(
    "a state that is read back goes on with the pins, the awaited reports and the queue's numbers of the one "
    "before") {
  LeaseFixture f;
  const LeaseOutcome written = f.request(f.alice, {"/p/a.cpp"});
  const LeaseOutcome unstored = f.request(f.alice, {"/p/b.cpp"});
  f.state.pin_lease(written.lease.key);
  f.state.pin_lease(unstored.lease.key);
  f.state.await_report(written.lease.key);
  const WaiterKey waiter = f.queued(f.bob, {"/p/a.cpp"});

  StateSeed seed;
  for (const auto& [key, session] : f.state.sessions()) seed.sessions.push_back(session);
  seed.leases = {written.lease};
  State again{Thresholds{}, std::move(seed)};
  again.go_on(f.state.unstored());
  CHECK(again.leases().is_pinned(written.lease.key));
  CHECK_FALSE(again.leases().is_pinned(unstored.lease.key));
  CHECK(again.standing_of("/p/a.cpp", f.now).is_being_written);
  again.expire(f.now + 3600 * LeaseFixture::kSecond, f.changes);
  CHECK(again.leases().open().size() == 1);
  LeaseCommand command;
  command.paths = {path_of("/p/a.cpp")};
  command.wait_until_us = f.now + LeaseFixture::kSecond;
  const auto outcome = again.request_lease({f.carol, 0}, std::move(command), f.now, f.changes);
  REQUIRE(outcome);
  CHECK(outcome->waiter > waiter);
}
