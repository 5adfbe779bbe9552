// Whose an agent is, what a person has ordered, and what is for people to decide.
#include <functional>
#include <string>
#include <vector>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

namespace {

/// Every mutation that is about one agent, made by a session.
using Mutation = std::function<std::optional<Error>(StateFixture&, SessionKey)>;

template <class Outcome>
std::optional<Error> error_of(const Result<Outcome>& result) {
  return result ? std::nullopt : std::optional(result.error());
}

Mutation to_status(Lifecycle target) {
  return [target](StateFixture& f, SessionKey session) {
    return error_of(f.state.change_lifecycle({session, 0}, {"x", {}, "why"}, target, ++f.now, f.changes));
  };
}

std::optional<Error> set_metadata(StateFixture& f, SessionKey session) {
  MetadataCommand command;
  command.agent_id = "x";
  command.notes = "rewritten";
  command.tags = std::vector<std::string>{"t"};
  return f.state.update_metadata({session, 0}, command, ++f.now, f.changes);
}

std::optional<Error> set_strict(StateFixture& f, SessionKey session, const std::string& agent) {
  ThresholdsCommand command;
  command.agent_id = agent;
  command.profile = Thresholds::strict();
  return error_of(f.state.set_thresholds({session, 0}, command, ++f.now, f.changes));
}

std::vector<std::pair<const char*, Mutation>> mutations_of_x() {
  return {
      {"update", [](StateFixture& f, SessionKey session) { return error_of(f.update(session, "x")); }},
      {"register",
       [](StateFixture& f, SessionKey session) { return error_of(f.register_agent(session, "x")); }},
      {"pause", to_status(Lifecycle::paused)},
      {"archive", to_status(Lifecycle::archived)},
      {"resume", to_status(Lifecycle::active)},
      {"delete", to_status(Lifecycle::deleted)},
      {"reset",
       [](StateFixture& f, SessionKey session) {
         return error_of(f.state.reset_monitor({session, 0}, {"x", {}, {}}, ++f.now, f.changes));
       }},
      {"metadata", set_metadata},
      {"thresholds", [](StateFixture& f, SessionKey session) { return set_strict(f, session, "x"); }},
      {"outcome",
       [](StateFixture& f, SessionKey session) {
         TruthCommand command;
         command.agent_id = "x";
         command.source = TruthSource::test;
         return error_of(f.state.record_outcome({session, 0}, command, ++f.now, f.changes));
       }},
      {"lease",
       [](StateFixture& f, SessionKey session) {
         return error_of(f.state.lease_holder({session, 0}, "x"));
       }},
      {"claim",
       [](StateFixture& f, SessionKey session) {
         ClaimCommand command;
         command.agent_id = "x";
         command.ttl_us = 1'000'000;
         return error_of(f.state.claim_task({session, 0}, command, ++f.now, f.changes));
       }},
  };
}

}  // namespace

TEST_CASE("nothing about an agent that another session holds is changed, whatever the tool") {
  for (const auto& [name, mutate] : mutations_of_x()) {
    INFO(name);
    StateFixture f;
    REQUIRE(f.register_agent(f.alice, "x"));
    f.changes.clear();
    const auto refused = mutate(f, f.bob);
    REQUIRE(refused);
    CHECK(refused->code == ErrorCode::not_owner);
    CHECK(refused->message.find("client-of-a") != std::string::npos);
    CHECK(f.changes.empty());
    CHECK_FALSE(mutate(f, f.alice));
  }
}

TEST_CASE("a person acts for every agent") {
  for (const auto& [name, mutate] : mutations_of_x()) {
    if (std::string(name) == "register" || std::string(name) == "lease" || std::string(name) == "claim")
      continue;  // a person is no agent
    INFO(name);
    StateFixture f;
    REQUIRE(f.register_agent(f.alice, "x"));
    CHECK_FALSE(mutate(f, f.person));
  }
}

TEST_CASE("what a person has paused no agent undoes, by whatever way, and the refusal says who does") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE_FALSE(to_status(Lifecycle::paused)(f, f.person));
  const auto update = f.update(f.alice, "x");
  REQUIRE_FALSE(update);
  CHECK(update.error().hint.find("resume_agent") == std::string::npos);
  CHECK(update.error().hint.find("governorctl resume x") != std::string::npos);
  for (const Lifecycle way : {Lifecycle::active, Lifecycle::archived, Lifecycle::deleted}) {
    const auto refused = to_status(way)(f, f.alice);
    REQUIRE(refused);
    CHECK(refused->code == ErrorCode::not_owner);
    CHECK(refused->hint.find("governorctl resume x") != std::string::npos);
  }
  REQUIRE(f.register_agent(f.alice, "x"));  // it stays paused
  CHECK_FALSE(f.update(f.alice, "x"));
  REQUIRE_FALSE(to_status(Lifecycle::active)(f, f.person));
  CHECK(f.update(f.alice, "x"));
}

TEST_CASE("what an agent has paused itself, it resumes; a person's pause on top of it stays") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE_FALSE(to_status(Lifecycle::paused)(f, f.alice));
  REQUIRE_FALSE(to_status(Lifecycle::active)(f, f.alice));
  REQUIRE_FALSE(to_status(Lifecycle::paused)(f, f.alice));
  REQUIRE_FALSE(to_status(Lifecycle::paused)(f, f.person));
  CHECK(to_status(Lifecycle::active)(f, f.alice));
}

TEST_CASE(
    "an agent that a person has archived does not come back by registering; one that was put away does") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE_FALSE(to_status(Lifecycle::archived)(f, f.person));
  const auto refused = f.register_agent(f.alice, "x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_owner);
  REQUIRE_FALSE(to_status(Lifecycle::active)(f, f.person));
  REQUIRE(f.state.change_lifecycle({f.person, 0}, {"x", {}, "idle", true}, Lifecycle::archived, ++f.now,
                                   f.changes));
  CHECK(f.register_agent(f.alice, "x"));
}

TEST_CASE("thresholds of all agents are for people, and so are those of one once a person has set any") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  const auto refused = set_strict(f, f.alice, "");
  REQUIRE(refused);
  CHECK(refused->code == ErrorCode::not_owner);
  CHECK(refused->hint.find("governorctl thresholds set") != std::string::npos);
  CHECK_FALSE(set_strict(f, f.alice, "x"));

  ThresholdsCommand looser;
  looser.agent_id = "x";
  looser.profile = Thresholds{};
  REQUIRE_FALSE(set_strict(f, f.person, "x"));
  CHECK(f.state.set_thresholds({f.alice, 0}, looser, ++f.now, f.changes).error().code ==
        ErrorCode::not_owner);
  looser.reset = true;
  looser.profile.reset();
  CHECK_FALSE(f.state.set_thresholds({f.alice, 0}, looser, ++f.now, f.changes));
  // Nor by a deletion and a new beginning.
  CHECK(to_status(Lifecycle::deleted)(f, f.alice));

  REQUIRE_FALSE(set_strict(f, f.person, ""));
  REQUIRE(f.register_agent(f.bob, "y"));
  CHECK(set_strict(f, f.bob, "y"));
}

TEST_CASE("an alert is acknowledged by a person, or by an agent where the configuration lets it") {
  for (const Authority authority : {Authority::people, Authority::agents_too}) {
    StateFixture f(authority);
    f.state.raise_alert({"low_disk", AlertKind::low_disk, AlertSeverity::warning, "", "little space"},
                        ++f.now, f.changes);
    const Alert alert = f.state.alerts().at("low_disk");
    const auto by_agent = f.state.acknowledge_alert({f.alice, 0}, alert, "seen", ++f.now, f.changes);
    CHECK(by_agent.ok() == (authority == Authority::agents_too));
    if (!by_agent) {
      CHECK(by_agent.error().code == ErrorCode::not_owner);
      CHECK(by_agent.error().hint.find("governorctl alerts ack 1") != std::string::npos);
    }
    CHECK(f.state.acknowledge_alert({f.person, 0}, alert, "seen", ++f.now, f.changes).ok());
    CHECK(set_strict(f, f.alice, "").has_value() == (authority == Authority::people));
  }
}

TEST_CASE("a loop is not left by a pause, a reset or an archive of the agent's own") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  for (int i = 0; i < 5; ++i) {
    UpdateCommand command;
    command.agent_id = "x";
    command.input.text = examine_text("again");
    command.input.fingerprint = fingerprint("again", {});
    REQUIRE(f.state.update({f.alice, 0}, std::move(command), f.now += 1000, f.changes));
  }
  REQUIRE(f.state.find_agent("x")->profile.loop.kind != LoopKind::none);
  REQUIRE(f.state.reset_monitor({f.alice, 0}, {"x", {}, {}}, ++f.now, f.changes));
  CHECK(f.state.find_agent("x")->profile.loop.kind != LoopKind::none);
  for (const Lifecycle way : {Lifecycle::paused, Lifecycle::archived}) {
    REQUIRE_FALSE(to_status(way)(f, f.alice));
    REQUIRE_FALSE(to_status(Lifecycle::active)(f, f.alice));
    CHECK(f.state.find_agent("x")->profile.loop.kind != LoopKind::none);
  }
  CHECK(f.state.reset_monitor({f.person, 0}, {"x", {}, {}}, ++f.now, f.changes));
  CHECK(f.state.find_agent("x")->profile.loop.kind == LoopKind::none);
}

TEST_CASE("a shared agent is not taken from those who share it, but by who shared it or has its token") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x", true, "", "hers"));
  const auto taken = f.register_agent(f.bob, "x");
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ErrorCode::not_owner);
  const auto joined = f.register_agent(f.bob, "x", true, "", "his");
  REQUIRE(joined);
  CHECK(joined->keeps_token);
  CHECK_FALSE(f.register_agent(f.bob, "x", false, "his"));
  CHECK(f.update(f.alice, "x"));
  REQUIRE(f.register_agent(f.alice, "x"));  // hers alone now
  CHECK_FALSE(f.update(f.bob, "x"));
  StateFixture g;
  REQUIRE(g.register_agent(g.alice, "x", true, "", "hers"));
  CHECK(g.register_agent(g.bob, "x", false, "hers"));
  CHECK_FALSE(g.update(g.alice, "x"));
}

TEST_CASE("an id that is registered again after its deletion begins with nothing but its history") {
  StateFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE(f.update(f.alice, "x"));
  REQUIRE_FALSE(set_metadata(f, f.alice));
  REQUIRE_FALSE(set_strict(f, f.alice, "x"));
  REQUIRE_FALSE(to_status(Lifecycle::deleted)(f, f.alice));
  f.changes.clear();
  const auto again = f.register_agent(f.bob, "x");
  REQUIRE(again);
  CHECK(again->was_deleted);
  const Agent& agent = *f.state.find_agent("x");
  CHECK(agent.profile.tags.empty());
  CHECK(agent.profile.notes.empty());
  CHECK_FALSE(agent.profile.thresholds);
  CHECK(agent.total == 1);
  CHECK(of_kind<AuditAppended>(f.changes).at(0).detail.find("after its deletion") != std::string::npos);
}
