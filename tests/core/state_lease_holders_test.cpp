// Who a lease belongs to: the session, the worker of its tool that acquired it, and nobody else.
#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

constexpr const char* kFile = "/p/a.txt";

/// Asks as the hook of a tool does.
Result<LeaseOutcome> hook_asks(LeaseFixture& f, const std::string& worker, const std::string& use) {
  LeaseCommand command;
  command.paths = {path_of(kFile)};
  command.ttl_us = 120 * LeaseFixture::kSecond;
  command.direct = true;
  command.use = use;
  return f.state.request_lease({f.alice, 0, worker}, std::move(command), f.now, f.changes);
}

void hook_is_done(LeaseFixture& f, const std::string& worker, const std::string& use) {
  const auto holder = f.state.lease_holder({f.alice, 0, worker}, "");
  REQUIRE(holder);
  (void)f.state.end_lease_use({f.alice, 0, worker}, path_of(kFile), *holder, use, f.now, f.changes);
}

bool is_granted(const Result<LeaseOutcome>& outcome) {
  return outcome && outcome->status == LeaseOutcome::Status::granted;
}

}  // namespace

TEST_CASE(
    "two subagents of one session are two writers, and the first to finish frees nothing of the other's") {
  LeaseFixture f;
  REQUIRE(is_granted(hook_asks(f, "one", "use-1")));
  CHECK_FALSE(is_granted(hook_asks(f, "two", "use-2")));
  CHECK_FALSE(is_granted(hook_asks(f, "main", "use-3")));
  hook_is_done(f, "two", "use-2");
  CHECK_FALSE(f.is_free(kFile));
  hook_is_done(f, "one", "use-1");
  CHECK(f.is_free(kFile));
  CHECK(is_granted(hook_asks(f, "two", "use-4")));
}

TEST_CASE("two writes of a worker that cannot be told from another end their lease with the last one") {
  LeaseFixture f;
  REQUIRE(is_granted(hook_asks(f, "main", "use-1")));
  REQUIRE(is_granted(hook_asks(f, "main", "use-2")));
  hook_is_done(f, "main", "use-1");
  CHECK_FALSE(f.is_free(kFile));
  hook_is_done(f, "main", "use-1");  // told twice
  CHECK_FALSE(f.is_free(kFile));
  hook_is_done(f, "main", "use-2");
  CHECK(f.is_free(kFile));
}

TEST_CASE("a tool that does not say which call it was has one at a time") {
  LeaseFixture f;
  REQUIRE(is_granted(hook_asks(f, "main", "")));
  hook_is_done(f, "main", "");
  CHECK(f.is_free(kFile));
}

TEST_CASE("what the session itself holds is in no worker's way, and stays when the worker is done") {
  LeaseFixture f;
  const LeaseKey own = f.granted(f.alice, {kFile});
  const auto hooks = hook_asks(f, "one", "use-1");
  REQUIRE(is_granted(hooks));
  CHECK(hooks->lease.key != own);
  hook_is_done(f, "one", "use-1");
  CHECK(f.state.leases().open().contains(own));
  CHECK(f.state.leases().open().size() == 1);
}

TEST_CASE("a hook's lease is released, renewed and written under by its worker alone") {
  LeaseFixture f;
  const auto hooks = hook_asks(f, "one", "use-1");
  REQUIRE(is_granted(hooks));
  const LeaseKey key = hooks->lease.key;
  for (const char* worker : {"", "two", "main"}) {
    const Caller other{f.alice, 0, worker};
    CHECK(f.state.release_lease(other, key, f.now, f.changes).error().code == ErrorCode::not_owner);
    CHECK(f.state.renew_lease(other, key, 1, f.now, f.changes).error().code == ErrorCode::not_owner);
    CHECK(f.state.lease_for_write(other, key, path_of(kFile), f.now).error().code == ErrorCode::not_owner);
  }
  CHECK(f.state.lease_for_write({f.alice, 0, "one"}, key, path_of(kFile), f.now));
}

TEST_CASE(
    "a session of a shared agent has nothing of another session's leases, also after it has registered") {
  LeaseFixture f;
  REQUIRE(f.register_agent(f.alice, "x", true));
  LeaseFixture::Wish wish;
  wish.agent_id = "x";
  const LeaseKey hers = f.granted(f.alice, {kFile}, wish);
  REQUIRE(f.register_agent(f.bob, "x", true));
  CHECK(f.state.lease_for_write({f.bob, 0}, hers, path_of(kFile), f.now).error().code ==
        ErrorCode::not_owner);
  CHECK(f.state.lease_for_write({f.alice, 0}, hers, path_of(kFile), f.now));
  CHECK(f.request(f.bob, {kFile}, wish).status == LeaseOutcome::Status::held);
}

TEST_CASE("while leases are kept for a session that has ended, its agent and they are its own") {
  LeaseFixture f;
  REQUIRE(f.register_agent(f.alice, "x", false, "", "hers"));
  LeaseFixture::Wish wish;
  wish.agent_id = "x";
  const LeaseKey lease = f.granted(f.alice, {kFile}, wish);
  f.state.end_session(f.alice, f.now, f.changes);
  const auto taken = f.register_agent(f.bob, "x");
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ErrorCode::not_owner);
  CHECK(taken.error().message.find("is kept for its holder") != std::string::npos);
  CHECK_FALSE(f.update(f.bob, "x"));
  CHECK(f.state.leases().open().at(lease).claim.holder.session == f.alice);
  SECTION("who has the token goes on with both") {
    REQUIRE(f.register_agent(f.bob, "x", false, "hers"));
    CHECK(f.state.lease_for_write({f.bob, 0}, lease, path_of(kFile), f.now));
  }
  SECTION("when the time is over, anybody may have the agent, and nobody the lease") {
    f.state.expire(f.now + 31 * LeaseFixture::kSecond, f.changes);
    REQUIRE(f.register_agent(f.bob, "x"));
    CHECK(f.state.leases().open().empty());
  }
}

TEST_CASE("what a session leased before it had an agent is not in that agent's way, but in others'") {
  LeaseFixture f;
  f.granted(f.alice, {kFile});
  RegisterCommand command;
  command.agent_id = "later";
  f.state.insert_absent("later");
  REQUIRE(f.state.register_agent({f.alice, 0}, std::move(command), f.now, f.changes));
  LeaseFixture::Wish wish;
  wish.agent_id = "later";
  CHECK(f.request(f.alice, {kFile}, wish).status == LeaseOutcome::Status::granted);
  CHECK(f.request(f.bob, {kFile}).status == LeaseOutcome::Status::held);
}
