#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

namespace {

Result<LifecycleOutcome> change(StateFixture& f, Lifecycle target, const std::string& reason = {},
                                SessionKey session = 0) {
  return f.state.change_lifecycle({session != 0 ? session : f.alice, 0}, {"x", {}, reason}, target, ++f.now,
                                  f.changes);
}

std::vector<std::string> life(const Changes& changes) {
  std::vector<std::string> events;
  for (const auto& step : of_kind<LifecycleEventAppended>(changes)) events.push_back(step.event);
  return events;
}

}  // namespace

TEST_CASE("a paused agent's updates are refused with the reason and the way back") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x"));
  f.changes.clear();
  const auto paused = change(f, Lifecycle::paused, "lunch", f.bob);  // any session may
  REQUIRE(paused);
  CHECK(paused->before == Lifecycle::active);
  CHECK(life(f.changes) == std::vector<std::string>{"paused"});
  CHECK(of_kind<AuditAppended>(f.changes).at(0).event == "agent_paused");
  CHECK(of_kind<AuditAppended>(f.changes).at(0).session == f.bob);
  f.changes.clear();
  const auto refused = f.update(f.alice, "x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().message.find("paused since 1970-01-01 00:00:01 UTC: lunch") != std::string::npos);
  CHECK(refused.error().hint.find("resume_agent") != std::string::npos);
  CHECK(of_kind<EvidenceAppended>(f.changes).size() == f.changes.size());  // and nothing else came of it
  REQUIRE(change(f, Lifecycle::active));
  CHECK(f.update(f.alice, "x")->record.number == 2);
}

TEST_CASE("a change to what already is changes nothing") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x"));
  f.changes.clear();
  REQUIRE(change(f, Lifecycle::active));
  CHECK(f.changes.empty());
  REQUIRE(change(f, Lifecycle::archived));
  f.changes.clear();
  REQUIRE(change(f, Lifecycle::archived));
  CHECK(f.changes.empty());
  CHECK(change(f, Lifecycle::paused).error().code == ErrorCode::conflict);
}

TEST_CASE("a pinned agent refuses deletion, and so does one that another live session holds") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  CHECK(change(f, Lifecycle::deleted, "", f.bob).error().code == ErrorCode::not_owner);
  MetadataCommand pin;
  pin.agent_id = "x";
  pin.pinned = true;
  REQUIRE_FALSE(f.state.update_metadata({f.alice, 0}, pin, 1, f.changes));
  CHECK(change(f, Lifecycle::deleted).error().message.find("pinned") != std::string::npos);
  pin.pinned = false;
  REQUIRE_FALSE(f.state.update_metadata({f.alice, 0}, pin, 1, f.changes));
  CHECK(change(f, Lifecycle::deleted));
}

TEST_CASE("a deleted agent can only be registered anew, and then begins a new epoch after its old history") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  for (int i = 0; i < 3; ++i) REQUIRE(f.update(f.alice, "x"));
  REQUIRE(change(f, Lifecycle::deleted));
  CHECK(f.update(f.alice, "x").error().hint.find("register_agent") != std::string::npos);
  CHECK(change(f, Lifecycle::active).error().code == ErrorCode::conflict);
  const auto anew = f.register_agent(f.bob, "x");
  REQUIRE(anew);
  CHECK(anew->created);
  const auto first = f.update(f.bob, "x");
  REQUIRE(first);
  CHECK(first->record.number == 4);
  CHECK(first->record.updates == 1);
  CHECK(first->record.epoch == 2);
}

TEST_CASE("registering an archived agent resumes it") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x"));
  REQUIRE(change(f, Lifecycle::archived));
  CHECK_FALSE(f.update(f.alice, "x"));
  REQUIRE(f.register_agent(f.alice, "x"));
  CHECK(f.update(f.alice, "x"));
}

TEST_CASE("a reset begins a new epoch with the state as at the start, and numbers go on") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  const auto first = f.update(f.alice, "x");
  for (int i = 0; i < 6; ++i) REQUIRE(f.update(f.alice, "x"));
  const HistoryKey head = f.state.find_agent("x")->head;
  CHECK(f.state.reset_monitor({f.bob, 0}, {"x", {}, ""}, 1, f.changes).error().code == ErrorCode::not_owner);
  f.changes.clear();
  const auto epoch = f.state.reset_monitor({f.alice, 0}, {"x", {}, "fresh"}, 1, f.changes);
  REQUIRE(epoch);
  CHECK(*epoch == 2);
  CHECK(life(f.changes) == std::vector<std::string>{"reset"});
  CHECK_FALSE(f.state.find_agent("x")->last);
  f.changes.clear();
  const auto again = f.update(f.alice, "x");
  REQUIRE(again);
  CHECK(again->record.number == 8);
  CHECK(again->record.updates == 1);
  CHECK(again->record.E == first->record.E);
  CHECK(again->record.risk == first->record.risk);
  CHECK(of_kind<UpdateAppended>(f.changes).at(0).previous == head);
}

TEST_CASE("metadata: tags are replaced, notes replaced or appended with the time, nothing else is touched") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x"));
  const auto set = [&](std::string notes, bool append) {
    MetadataCommand command;
    command.agent_id = "x";
    command.notes = std::move(notes);
    command.append_notes = append;
    return f.state.update_metadata({f.alice, 0}, std::move(command), 61'000'000, f.changes);
  };
  CHECK_FALSE(set("one", false));
  CHECK_FALSE(set("two", true));
  CHECK(f.state.find_agent("x")->profile.notes == "one\n[1970-01-01 00:01:01 UTC] two");
  CHECK_FALSE(set("three", false));
  CHECK(f.state.find_agent("x")->profile.notes == "three");
  f.changes.clear();
  CHECK_FALSE(set("three", false));
  CHECK(f.changes.empty());
  const auto too_long = [&] {
    for (int i = 0; i < 10; ++i) {
      if (auto error = set(std::string(16 * 1024, 'n'), true)) return error;
    }
    return std::optional<Error>();
  }();
  REQUIRE(too_long);
  CHECK(too_long->code == ErrorCode::limit_exceeded);
}

TEST_CASE("who did something is known to every update and lifecycle step") {
  StateFixture f;
  REQUIRE(f.update(f.bob, "x"));
  const AuditKey introduced = f.state.find_session(f.bob)->introduced;
  CHECK(introduced != 0);
  CHECK(of_kind<UpdateAppended>(f.changes).at(0).record.actor == introduced);
  CHECK(of_kind<LifecycleEventAppended>(f.changes).at(0).actor == introduced);
  Session* bob = f.state.find_session(f.bob);
  f.state.name_client(*bob, "another", "2", 9, f.changes);
  CHECK(bob->introduced > introduced);
  const AuditKey renamed = bob->introduced;
  f.state.name_client(*bob, "another", "2", 9, f.changes);
  CHECK(bob->introduced == renamed);
}

TEST_CASE("a takeover with the token is audited with who held the agent before") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x", false, {}, "first"));
  f.changes.clear();
  const auto taken = f.register_agent(f.bob, "x", false, "first", "second");
  REQUIRE(taken);
  CHECK(taken->taken_from == f.alice);
  CHECK(of_kind<AuditAppended>(f.changes).at(0).detail.find(
            "taken over with its token from client client-of-a") != std::string::npos);
  CHECK(f.update(f.alice, "x").error().message.find("client-of-b") != std::string::npos);
}
