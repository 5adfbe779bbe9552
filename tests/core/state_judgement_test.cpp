#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "core/account.hpp"
#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

struct SeenAgent : StateFixture {
  const std::string id = "worker";

  void see(std::vector<EvidenceItem> items, Provenance provenance = Provenance::measured) {
    know(id);
    EvidenceCommand command;
    command.agent_id = id;
    for (EvidenceItem& item : items) command.items.push_back({std::move(item), provenance});
    REQUIRE(state.record_evidence({alice, 0}, std::move(command), now += 60'000'000, changes));
  }
  void turn(std::uint64_t content, bool success) {
    ToolUsed tool;
    tool.tool = "Edit";
    tool.tool_class = ToolClass::edit;
    see({TurnBegan{}, ProseSaid{120}, tool, FileChanged{"/project/parser.py", 2, 1, false, false, content}});
    ToolUsed run;
    run.tool = "Bash";
    run.program = "pytest";
    run.tool_class = ToolClass::test;
    run.success = success;
    run.fingerprint = content + 100;
    see({run, TestsRun{"pytest", success, std::nullopt, std::nullopt}});
  }
  Agent& agent() { return *state.find_agent(id); }
};

Result<UpdateOutcome> boast(SeenAgent& seen) {
  UpdateCommand command;
  command.agent_id = seen.id;
  command.input.complexity = 0.1;
  command.stated = {.drift = true, .complexity = true, .confidence = true};
  return seen.state.update({seen.alice, 0}, std::move(command), seen.now += 1'000'000, seen.changes);
}

}  // namespace

TEST_CASE("the end of a turn makes an update of the evidence, and says what it rests on") {
  SeenAgent seen;
  seen.turn(1, true);
  CHECK(of_kind<UpdateAppended>(seen.changes).empty());
  seen.see({TurnEnded{}});
  const auto updates = of_kind<UpdateAppended>(seen.changes);
  REQUIRE(updates.size() == 1);
  CHECK(std::isnan(updates[0].record.confidence));
  CHECK(updates[0].record.action == Action::approve);
  REQUIRE(seen.agent().behaviour.judged());
  const Judged& judged = *seen.agent().behaviour.judged();
  CHECK(judged.update == 1);
  CHECK(judged.provisional);
  CHECK(judged.failure_per_million > 0);
  const auto account = Account::unpack(judged.account);
  REQUIRE(account);
  CHECK(account->provenance[static_cast<std::size_t>(Input::complexity)] == Provenance::measured);
  const auto rows = of_kind<EvidenceAppended>(seen.changes);
  CHECK(std::holds_alternative<Judged>(rows.back().evidence.item));
  CHECK(rows.back().evidence.provenance == Provenance::derived);
}

TEST_CASE("agents that are created by what is seen have the thresholds for it, unless people chose others") {
  SeenAgent seen;
  seen.see({TurnBegan{}});
  CHECK(profile_name(seen.state.thresholds_of(seen.agent())) == "evidence");
  SeenAgent other;
  ThresholdsCommand strict;
  strict.profile = Thresholds::strict();
  REQUIRE(other.state.set_thresholds({other.person, 0}, strict, 1, other.changes));
  other.see({TurnBegan{}});
  CHECK(profile_name(other.state.thresholds_of(other.agent())) == "strict");
}

TEST_CASE("a cheating agent is above one half within ten turns, and people are told") {
  SeenAgent seen;
  for (std::uint64_t i = 0; i < 10; ++i) {
    seen.turn(i % 2 + 1, false);
    REQUIRE(boast(seen));
    seen.see({TurnEnded{}});
    if (i < 4) CHECK(of_kind<AlertSaved>(seen.changes).empty());
  }
  REQUIRE(seen.agent().last);
  CHECK(seen.agent().last->risk > 0.5);
  CHECK(seen.agent().last->action == Action::reject);
  CHECK_FALSE(of_kind<AlertSaved>(seen.changes).empty());
}

TEST_CASE("an honest agent that finishes its work stays below a quarter, and there is no alert") {
  SeenAgent seen;
  for (std::uint64_t i = 0; i < 12; ++i) {
    seen.turn(i + 1, i % 2 == 1);
    seen.see({TurnEnded{}});
    CHECK(seen.agent().last->risk < 0.25);
  }
  CHECK(of_kind<AlertSaved>(seen.changes).empty());
  CHECK_FALSE(seen.agent().last->require_human());
}

TEST_CASE("an agent that makes failing tests pass in each turn has succeeded, whatever it states") {
  SeenAgent seen;
  for (std::uint64_t i = 0; i < 8; ++i) {
    seen.turn(2 * i + 1, false);
    ToolUsed run;
    run.tool = "Bash";
    run.program = "pytest";
    run.tool_class = ToolClass::test;
    run.fingerprint = 7;
    seen.see({run, TestsRun{"pytest", true, std::nullopt, std::nullopt}});
    CHECK(observed_success(seen.agent().behaviour) == 0.75);
    UpdateCommand command;
    command.agent_id = seen.id;
    command.input.confidence = 0.9;
    command.stated = {.confidence = true};
    REQUIRE(seen.state.update({seen.alice, 0}, std::move(command), seen.now += 1'000'000, seen.changes));
    seen.see({TurnEnded{}});
    INFO(i);
    CHECK(seen.agent().last->risk < 0.25);
  }
}

TEST_CASE("what an agent reports of itself takes nothing of what was seen away, and ends no turn") {
  SeenAgent seen;
  for (std::uint64_t i = 0; i < 10; ++i) {
    seen.turn(i % 2 + 1, false);
    REQUIRE(boast(seen));
    seen.see({TurnEnded{}});
  }
  const double risk = seen.agent().last->risk;
  const std::size_t updates = of_kind<UpdateAppended>(seen.changes).size();
  for (int i = 0; i < 200; ++i)
    seen.see({FileChanged{"/project/f" + std::to_string(i), 1, 0, true, false, 0}}, Provenance::reported);
  seen.see({TurnBegan{}}, Provenance::reported);
  seen.see({TurnEnded{}}, Provenance::reported);
  CHECK(of_kind<UpdateAppended>(seen.changes).size() == updates);
  REQUIRE(boast(seen));
  CHECK(seen.agent().last->action == Action::reject);
  CHECK(seen.agent().last->risk > risk - 0.05);
}

TEST_CASE("turns that are judged alike are no loop") {
  SeenAgent seen;
  for (int i = 0; i < 12; ++i) {
    seen.now -= 60'000'000;  // all at once
    seen.see({TurnBegan{}, TestsRun{"pytest", false, std::nullopt, std::nullopt}, TurnEnded{}});
  }
  CHECK(seen.agent().profile.loop.kind == LoopKind::none);
}

TEST_CASE("reports that repeat themselves are no loop of an agent whose turns are seen, and lock nothing") {
  SeenAgent seen;
  seen.turn(1, true);
  for (int i = 0; i < 6; ++i) {
    UpdateCommand command;
    command.agent_id = seen.id;
    command.input.fingerprint = 7;
    const auto outcome = seen.state.update({seen.alice, 0}, command, seen.now += 1'000'000, seen.changes);
    REQUIRE(outcome);
    CHECK_FALSE(outcome->record.require_human());
  }
  CHECK(seen.agent().profile.loop.kind == LoopKind::none);
}

TEST_CASE("what an agent does round and round is told to it, and locks nothing") {
  SeenAgent seen;
  ToolUsed run;
  run.tool = "Bash";
  run.program = "make";
  run.tool_class = ToolClass::run;
  run.success = false;
  run.fingerprint = 5;
  seen.see({TurnBegan{}});
  EvidenceOutcome last;
  for (int i = 0; i < 3; ++i) {
    EvidenceCommand command;
    command.agent_id = seen.id;
    command.items.push_back({run, Provenance::measured});
    CHECK(last.loop.empty());
    last =
        *seen.state.record_evidence({seen.alice, 0}, std::move(command), seen.now += 1'000'000, seen.changes);
  }
  CHECK(last.loop.find("The same command (make) ran 3 times") != std::string::npos);
  CHECK(of_kind<AlertSaved>(seen.changes).empty());
  CHECK(of_kind<AuditAppended>(seen.changes).back().event == "loop_detected");
  CHECK(seen.agent().profile.loop.kind == LoopKind::none);
}

TEST_CASE("an update of an agent whose turns are seen is measured where it states nothing") {
  SeenAgent seen;
  seen.turn(1, false);
  seen.turn(2, false);
  const auto outcome = boast(seen);
  REQUIRE(outcome);
  REQUIRE(outcome->judgement);
  CHECK(outcome->judgement->measured.input.ethical_drift[0] == 1.0);
  CHECK(outcome->record.complexity >= 0.1);
  CHECK(outcome->record.confidence == 1.0);
  UpdateCommand trial;
  trial.agent_id = seen.id;
  const std::size_t before = seen.changes.size();
  const auto simulated = seen.state.simulate({seen.alice, 0}, trial, seen.now);
  REQUIRE(simulated);
  CHECK(simulated->judgement);
  CHECK(seen.changes.size() == before);
}

TEST_CASE("an agent whose turns nobody sees is computed as ever") {
  StateFixture fixture;
  const auto outcome = fixture.update(fixture.alice, "plain");
  REQUIRE(outcome);
  CHECK_FALSE(outcome->judgement);
  CHECK(outcome->record.confidence == 1.0);
  CHECK(of_kind<EvidenceAppended>(fixture.changes).empty());
}

TEST_CASE("an agent that a person has paused is not judged on") {
  SeenAgent seen;
  seen.turn(1, true);
  LifecycleCommand pause;
  pause.agent_id = seen.id;
  REQUIRE(seen.state.change_lifecycle({seen.person, 0}, pause, Lifecycle::paused, seen.now, seen.changes));
  seen.see({TurnEnded{}});
  CHECK(of_kind<UpdateAppended>(seen.changes).empty());
}

TEST_CASE("a judgement is the same after the evidence was read back") {
  SeenAgent seen;
  for (std::uint64_t i = 0; i < 15; ++i) {
    seen.turn(i + 1, i % 3 != 0);
    seen.see({TurnEnded{}});
  }
  Behaviour again;
  for (const EvidenceAppended& row : of_kind<EvidenceAppended>(seen.changes)) again.note(row.evidence);
  GovernanceState one = seen.agent().state, other = seen.agent().state;
  const Thresholds thresholds = Thresholds::evidence();
  CHECK(judge(one, seen.agent().behaviour, {}, thresholds, {}).record.risk ==
        judge(other, again, {}, thresholds, {}).record.risk);
}
