// What the audit log says: who did what, why, and what they were refused.
#include <string>
#include <vector>

#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

std::vector<std::string> events_in(const Changes& changes) {
  std::vector<std::string> events;
  for (const auto& entry : of_kind<AuditAppended>(changes)) events.push_back(entry.event);
  return events;
}

AuditAppended last_entry(const Changes& changes) {
  const auto entries = of_kind<AuditAppended>(changes);
  REQUIRE_FALSE(entries.empty());
  return entries.back();
}

}  // namespace

TEST_CASE("an entry says on whose behalf it was done: a person's, an agent's, a hook's or governor's own") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE(f.state.change_lifecycle({f.alice, 0}, {"x", {}, "lunch"}, Lifecycle::paused, ++f.now, f.changes));
  CHECK(last_entry(f.changes).actor == "agent x");
  REQUIRE(f.state.change_lifecycle({f.person, 0}, {"x", {}, "back"}, Lifecycle::active, ++f.now, f.changes));
  CHECK(last_entry(f.changes).actor == "person");
  CHECK(last_entry(f.changes).pid == 1009);
  f.state.audit({f.alice, 0, "main"}, "guard_refused", 0, "why", ++f.now, f.changes);
  CHECK(last_entry(f.changes).actor == "hook x");
  f.state.audit({}, "storage_recovered", 0, "", ++f.now, f.changes);
  CHECK(last_entry(f.changes).actor.empty());
  f.state.audit({f.bob, 0}, "refused", 0, "", ++f.now, f.changes);
  CHECK(last_entry(f.changes).actor == "agent");
}

TEST_CASE("what is stored of an actor is read back, and old entries are an agent's or governor's") {
  for (const Actor& actor : {Actor{Actor::Kind::person}, Actor{Actor::Kind::agent, "ada"},
                             Actor{Actor::Kind::agent}, Actor{Actor::Kind::hook, "claude-code-1"}}) {
    const Actor read = read_actor(actor_text(actor), 7);
    CHECK(read.kind == actor.kind);
    CHECK(read.agent_id == actor.agent_id);
  }
  CHECK(read_actor("", 0).kind == Actor::Kind::daemon);
  CHECK(read_actor("", 7).kind == Actor::Kind::agent);
}

TEST_CASE("a lease's life is told: granted, waited for, refused, renewed, released, expired, kept, ended") {
  LeaseFixture f;
  const LeaseKey lease = f.granted(f.alice, {"/p/a"});
  f.request(f.bob, {"/p/a"});
  const WaiterKey waiter = f.queued(f.bob, {"/p/a"});
  REQUIRE(f.state.renew_lease({f.alice, 0}, lease, 60 * LeaseFixture::kSecond, f.now, f.changes));
  REQUIRE(f.state.release_lease({f.alice, 0}, lease, f.now, f.changes));
  LeaseFixture::Wish wish;
  wish.waiter = waiter;
  const LeaseKey next = f.granted(f.bob, {"/p/a"}, wish);
  CHECK(last_entry(f.changes).detail.find("waited for since") != std::string::npos);
  CHECK(events_in(f.changes) == std::vector<std::string>{"lease_granted", "lease_refused", "lease_awaited",
                                                         "lease_renewed", "lease_released", "lease_granted"});
  f.changes.clear();
  f.state.expire(f.now + 601 * LeaseFixture::kSecond, f.changes);
  CHECK(events_in(f.changes) == std::vector<std::string>{"lease_expired"});
  CHECK(last_entry(f.changes).detail.find("lease " + std::to_string(next)) != std::string::npos);
  f.granted(f.carol, {"/p/b"});
  f.changes.clear();
  f.state.end_session(f.carol, f.now, f.changes);
  f.state.expire(f.now + 31 * LeaseFixture::kSecond, f.changes);
  CHECK(events_in(f.changes) == std::vector<std::string>{"session_closed", "lease_kept", "lease_ended"});
}

TEST_CASE("an entry stays bounded, whatever somebody says and however many paths he names") {
  LeaseFixture f;
  std::vector<std::string> paths;
  for (int i = 0; i < 256; ++i) paths.push_back("/" + std::string(4000, 'a') + std::to_string(i));
  f.granted(f.alice, paths);
  f.state.audit({f.alice, 0}, "refused", 0, std::string(1'000'000, 'x'), f.now, f.changes);
  for (const auto& entry : of_kind<AuditAppended>(f.changes)) CHECK(entry.detail.size() <= 2003);
}

TEST_CASE("that hooks and commands came and went is not told, only what they did") {
  StateFixture f;
  bool resumed = false;
  Session hooks = session_named("h", 77);
  hooks.tools = kHookTools;
  hooks.role = Role::guard;
  const SessionKey hook = f.state.open_session(hooks, resumed, f.changes).key;
  f.state.end_session(hook, ++f.now, f.changes);
  f.state.end_session(f.person, ++f.now, f.changes);
  CHECK(of_kind<AuditAppended>(f.changes).empty());
  CHECK(of_kind<SessionEnded>(f.changes).size() == 1);  // nothing was stored of the command's
}

TEST_CASE("who is not told of when he comes is known by what he did first") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  f.changes.clear();
  REQUIRE(
      f.state.change_lifecycle({f.person, 0}, {"x", {}, "a look"}, Lifecycle::paused, ++f.now, f.changes));
  const auto life = of_kind<LifecycleEventAppended>(f.changes);
  REQUIRE(life.size() == 1);
  CHECK(life[0].actor == last_entry(f.changes).key);
}
