#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

TEST_CASE("an agent that is not in memory is unknown, not absent") {
  StateFixture f;
  CHECK(f.state.presence("x") == State::Presence::not_loaded);
  f.state.insert_absent("x");
  CHECK(f.state.presence("x") == State::Presence::absent);
  CHECK(f.state.find_agent("x") == nullptr);
  REQUIRE(f.update(f.alice, "x"));
  CHECK(f.state.presence("x") == State::Presence::loaded);
}

TEST_CASE("updating an unknown id creates an open agent and says so, once") {
  StateFixture f;
  const auto first = f.update(f.alice, "x");
  REQUIRE(first);
  CHECK(first->record.number == 1);
  CHECK(first->record.warnings == kWarnCreatedOpenAgent);
  REQUIRE(of_kind<AgentSaved>(f.changes).size() == 1);
  CHECK(of_kind<AgentSaved>(f.changes)[0].profile.shared);
  f.changes.clear();
  const auto second = f.update(f.bob, "x");  // any session may update it
  REQUIRE(second);
  CHECK(second->record.number == 2);
  CHECK(second->record.warnings == 0);
  CHECK(of_kind<AgentSaved>(f.changes).empty());
}

TEST_CASE("an update under a generic id carries the warning") {
  StateFixture f;
  f.know("test_1");
  UpdateCommand command;
  command.agent_id = "test_1";
  command.generic_id = true;
  const auto first = f.state.update({f.alice, 0}, command, 1, f.changes);
  REQUIRE(first);
  CHECK(first->record.warnings == (kWarnCreatedOpenAgent | kWarnGenericId));
  const auto simulated = f.state.simulate({f.alice, 0}, command, 2);
  REQUIRE(simulated);
  CHECK(simulated->record.warnings == kWarnGenericId);
}

TEST_CASE("each update appends exactly one row with a key of its own") {
  StateFixture f;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(f.update(f.alice, "x"));
    REQUIRE(f.update(f.bob, "y"));
  }
  const auto rows = of_kind<UpdateAppended>(f.changes);
  REQUIRE(rows.size() == 6);
  for (std::size_t i = 1; i < rows.size(); ++i) CHECK(rows[i].key == rows[i - 1].key + 1);
  CHECK(rows[4].agent == rows[0].agent);
  CHECK(rows[4].record.number == 3);
  CHECK(rows[5].agent != rows[0].agent);
}

TEST_CASE("a refused update changes nothing") {
  StateFixture f;
  f.know("x");
  UpdateCommand command;
  command.agent_id = "x";
  command.input.confidence = 2.0;
  const auto refused = f.state.update({f.alice, 7}, command, 1, f.changes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "confidence");
  CHECK(f.changes.empty());
  CHECK(f.state.presence("x") == State::Presence::absent);
  CHECK(f.state.find_session(f.alice)->answers.empty());
}

TEST_CASE("parameters are stored when there are or were any") {
  StateFixture f;
  f.know("x");
  const auto send = [&](std::vector<double> parameters) {
    f.changes.clear();
    UpdateCommand command;
    command.agent_id = "x";
    command.input.parameters = std::move(parameters);
    REQUIRE(f.state.update({f.alice, 0}, std::move(command), 1, f.changes));
    return of_kind<UpdateAppended>(f.changes).at(0).parameters;
  };
  CHECK(send({}).empty());
  CHECK(send({1.0, 2.0}) == std::vector<double>{1.0, 2.0});
  CHECK(send({}).empty());
}

TEST_CASE("a skipped controller run is audited with its agent and session") {
  StateFixture f;
  f.know("x");
  for (int n = 1; n <= 5; ++n) {
    UpdateCommand command;
    command.agent_id = "x";
    command.input.confidence = 0.5;
    REQUIRE(f.state.update({f.alice, 0}, std::move(command), 77, f.changes));
  }
  const auto audits = of_kind<AuditAppended>(f.changes);
  REQUIRE(audits.size() == 2);
  CHECK(audits[0].event == "agent_created");
  CHECK(audits[1].event == "lambda1_skip");
  CHECK(audits[1].agent != 0);
  CHECK(audits[1].session == f.alice);
  CHECK(audits[1].timestamp_us == 77);
  CHECK(audits[1].detail.find("update 5") == 0);
}

TEST_CASE("simulating changes nothing and foretells the update exactly") {
  StateFixture f;
  for (int n = 0; n < 7; ++n) REQUIRE(f.update(f.alice, "x"));
  UpdateCommand command;
  command.agent_id = "x";
  command.input.ethical_drift = {0.3, -0.2, 0.1};
  command.input.parameters = {0.5, 0.25};
  f.changes.clear();
  const auto foretold = f.state.simulate({f.alice, 3}, command, 9);
  const auto again = f.state.simulate({f.alice, 3}, command, 9);
  REQUIRE(foretold);
  REQUIRE(again);
  CHECK(f.changes.empty());
  CHECK(f.state.find_agent("x")->state.updates == 7);
  CHECK_FALSE(f.state.find_agent("x")->state.previous_parameters);
  CHECK(f.state.find_session(f.alice)->answers.empty());
  const auto real = f.state.update({f.alice, 3}, command, 9, f.changes);
  REQUIRE(real);
  CHECK(real->record.number == foretold->record.number);
  CHECK(real->record.risk == foretold->record.risk);
  CHECK(real->record.V == foretold->record.V);
  CHECK(again->record.risk == foretold->record.risk);
  CHECK(real->record.action == foretold->record.action);
}

TEST_CASE("simulating an unknown agent creates none") {
  StateFixture f;
  f.know("x");
  UpdateCommand command;
  command.agent_id = "x";
  const auto foretold = f.state.simulate({f.alice, 0}, command, 9);
  REQUIRE(foretold);
  CHECK(foretold->record.number == 1);
  CHECK(f.state.presence("x") == State::Presence::absent);
}

TEST_CASE("eviction keeps at most the asked number, the last used ones, and never one that may not go") {
  StateFixture f;
  for (int i = 0; i < 40; ++i) REQUIRE(f.update(f.alice, "agent-" + std::to_string(i)));
  const AgentKey pinned = f.state.find_agent("agent-0")->profile.key;
  for (int i = 30; i < 40; ++i) REQUIRE(f.state.find_agent("agent-" + std::to_string(i)) != nullptr);
  f.state.evict(16, [&](AgentKey key) { return key != pinned; });
  CHECK(f.state.loaded_agents() <= 16);
  CHECK(f.state.presence("agent-0") == State::Presence::loaded);
  CHECK(f.state.presence("agent-1") == State::Presence::not_loaded);
  CHECK(f.state.presence("agent-39") == State::Presence::loaded);
  f.state.evict(16, [](AgentKey) { return false; });
  CHECK(f.state.presence("agent-39") == State::Presence::loaded);
}

TEST_CASE("eviction does nothing while there is room, and forgets absences too") {
  StateFixture f;
  for (int i = 0; i < 40; ++i) f.state.insert_absent("nobody-" + std::to_string(i));
  f.state.evict(40, [](AgentKey) { return true; });
  CHECK(f.state.loaded_agents() == 40);
  f.state.evict(39, [](AgentKey) { return true; });
  CHECK(f.state.loaded_agents() <= 39);
  CHECK(f.state.presence("nobody-0") == State::Presence::not_loaded);
}

TEST_CASE("an agent that was evicted and loaded again goes on where it was") {
  StateFixture f;
  StateFixture whole;
  for (int n = 0; n < 12; ++n) {
    REQUIRE(f.update(f.alice, "x"));
    REQUIRE(whole.update(whole.alice, "x"));
  }
  Agent copy = *f.state.find_agent("x");
  f.state.evict(0, [](AgentKey) { return true; });
  REQUIRE(f.state.presence("x") == State::Presence::not_loaded);
  f.state.insert_loaded(std::move(copy));
  const auto after = f.update(f.alice, "x");
  const auto expected = whole.update(whole.alice, "x");
  REQUIRE(after);
  CHECK(after->record.number == 13);
  CHECK(after->record.risk == expected->record.risk);
}

TEST_CASE("new keys count on from the highest that were ever stored") {
  StateSeed seed;
  seed.keys = {10, 20, 30, 0};
  State state(Thresholds{}, std::move(seed));
  Changes changes;
  bool resumed = true;
  CHECK(state.open_session(governor::core::test::session_named("s"), resumed, changes).key == 21);
  CHECK_FALSE(resumed);
  state.insert_absent("x");
  UpdateCommand command;
  command.agent_id = "x";
  const auto outcome = state.update({21, 0}, command, 1, changes);
  REQUIRE(outcome);
  CHECK(outcome->agent == 11);
  CHECK(of_kind<UpdateAppended>(changes)[0].key == 31);
}
