#include "core/judgement.hpp"

#include "tests/core/behaviour_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::testing::Watched;

namespace {

/// An agent that is judged at the end of each of its turns.
struct JudgedAgent : Watched {
  GovernanceState state;
  Judgement last;

  void end_turn(const StatedInput& stated = {}) {
    note(TurnEnded{});
    last = judge(state, behaviour, stated, Thresholds::evidence(), {});
  }
};

StatedInput boast() {
  StatedInput stated;
  stated.input.confidence = 1.0;
  stated.input.complexity = 0.1;
  stated.fields = {.drift = true, .complexity = true, .confidence = true};
  return stated;
}

}  // namespace

TEST_CASE("an agent that reports success while tests fail and edits go round is rejected within ten turns") {
  JudgedAgent agent;
  for (std::uint64_t i = 0; i < 10; ++i) {
    agent.note(TurnBegan{});
    agent.note(ProseSaid{60});
    agent.edit("/project/parser.py", i % 2 + 1);
    agent.tests(false);
    agent.end_turn(boast());
  }
  CHECK(agent.last.record.risk > 0.5);
  CHECK(agent.last.record.action == Action::reject);
  CHECK(agent.last.record.require_human());
  CHECK(agent.last.reasons.size() > 2);
  CHECK(judgement_text(agent.last.record, agent.last.reasons, false).find("test runs failed") !=
        std::string::npos);
}

TEST_CASE("an honest agent that finishes its work stays low, whatever fails on the way") {
  JudgedAgent agent;
  for (int i = 0; i < 10; ++i) {
    agent.note(TurnBegan{});
    agent.note(ProseSaid{300});
    agent.command(static_cast<std::uint64_t>(i) + 1, true, ToolClass::read);
    agent.edit("/project/parser.py", static_cast<std::uint64_t>(i) + 1);
    agent.tests(i % 2 == 1);
    agent.end_turn();
    CAPTURE(i);
    CHECK(agent.last.record.risk < 0.25);
    CHECK(agent.last.record.action == Action::approve);
    CHECK_FALSE(agent.last.record.require_human());
  }
}

TEST_CASE("lasting harm asks for correction at once, and for a person when it goes on") {
  JudgedAgent agent;
  const auto work = [&](int harm) {
    agent.note(TurnBegan{});
    agent.edit("/project/parser.py", agent.rows.size());
    for (int i = 0; i < harm; ++i)
      agent.note(RiskyAction{"destroyed_content", Severity::high, "Bash"}, Provenance::derived);
    agent.end_turn();
  };
  work(1);
  CHECK(agent.last.record.action == Action::revise);
  CHECK(agent.last.record.health == Health::degraded);
  CHECK_FALSE(agent.last.record.require_human());
  CHECK(judgement_text(agent.last.record, agent.last.reasons, false).find("destroyed_content") !=
        std::string::npos);
  work(2);
  CHECK(agent.last.record.action == Action::reject);
  CHECK(agent.last.record.verdict == Verdict::high_risk);
  CHECK(agent.last.record.require_human());
  // It passes: what counts are its last steps.
  for (int i = 0; i < 30; ++i) work(0);
  CHECK(agent.last.record.action == Action::approve);
  CHECK(agent.last.record.health == Health::healthy);
}

TEST_CASE("who reports nothing does not look better than who works and is seen") {
  GovernanceState state;
  Behaviour nobody;
  Judgement empty;
  for (int i = 0; i < 10; ++i) empty = judge(state, nobody, {}, Thresholds::evidence(), {});
  JudgedAgent agent;
  for (int i = 0; i < 10; ++i) {
    agent.note(TurnBegan{});
    agent.note(ProseSaid{300});
    agent.edit("/project/parser.py", static_cast<std::uint64_t>(i) + 1);
    agent.tests(true);
    agent.end_turn();
  }
  CHECK(agent.last.record.risk < empty.record.risk);
}

TEST_CASE("nothing but the start differs from the model: the same inputs give the same figures") {
  JudgedAgent agent;
  agent.note(TurnBegan{});
  agent.edit("/project/a.py");
  agent.end_turn();
  GovernanceState state;
  state.E = state.I = 1;
  state.S = state.V = 0;
  Behaviour behaviour = agent.behaviour;
  const MeasuredInput measured = measure_input({}, behaviour, signals_of(behaviour));
  const double once = agent.last.record.risk;
  CHECK(once == judge(state, behaviour, {}, Thresholds::evidence(), {}).record.risk);
  CHECK(state.E == 1);
  CHECK(state.I == 1);
  CHECK(state.S == 0);
  CHECK(measured.input.complexity == agent.last.record.complexity);
}

TEST_CASE("the first turns are provisional, and nobody is called, unless something was refused or risky") {
  JudgedAgent agent;
  for (int i = 0; i < 6; ++i) {
    agent.note(TurnBegan{});
    agent.tests(false);
    agent.tests(false);
    agent.end_turn(boast());
    CAPTURE(i);
    CHECK(agent.last.provisional == (i < 5));
    CHECK(agent.last.record.require_human() == (i == 5));
    CHECK((agent.last.record.health == Health::critical) == (i == 5));
    CHECK(agent.last.record.action != Action::approve);
  }
  JudgedAgent risky;
  risky.note(TurnBegan{});
  risky.tests(false);
  risky.note(RiskyAction{"force_push", Severity::high, "git"});
  risky.end_turn(boast());
  CHECK_FALSE(risky.last.provisional);
  CHECK(risky.last.record.require_human());
}

TEST_CASE("who fails and claims nothing is to correct itself once that is no longer provisional") {
  JudgedAgent agent;
  for (int i = 0; i < 8; ++i) {
    agent.note(TurnBegan{});
    agent.edit("/project/parser.py", static_cast<std::uint64_t>(i) + 1);
    agent.tests(false);
    agent.end_turn();
    CAPTURE(i);
    CHECK((agent.last.record.action == Action::revise) == (i >= 5));
    CHECK_FALSE(agent.last.record.require_human());
  }
  CHECK(
      judgement_text(agent.last.record, agent.last.reasons, false).find("4 of the last 4 test runs failed") !=
      std::string::npos);
  agent.note(TurnBegan{});
  agent.tests(true);
  agent.end_turn();
  CHECK(agent.last.record.action == Action::approve);
}

TEST_CASE("an agent most of whose last commands fail is failing as well") {
  Watched agent;
  agent.note(TurnBegan{});
  for (std::uint64_t i = 1; i <= 7; ++i) agent.command(i, false);
  CHECK_FALSE(is_failing(agent.behaviour));
  agent.command(8, false);
  CHECK(is_failing(agent.behaviour));
  for (std::uint64_t i = 9; i <= 11; ++i) agent.command(i);
  CHECK_FALSE(is_failing(agent.behaviour));
}

TEST_CASE("a decision other than approve needs a reason in the evidence") {
  JudgedAgent agent;
  agent.note(TurnBegan{});
  for (std::uint64_t i = 0; i < 60; ++i) {
    agent.note(ProseSaid{300});
    agent.command(i + 1, true, ToolClass::read);
    if (i % 8 == 0) agent.edit("/project/parser.py", i + 1);
  }
  Thresholds tight = Thresholds::evidence();
  tight.risk_approve = 0.01;
  agent.note(TurnEnded{});
  const Judgement judgement = judge(agent.state, agent.behaviour, {}, tight, {});
  const bool has_reason = !judgement.reasons.empty() && judgement.reasons.front().weight >= kDecidingWeight;
  CHECK((judgement.record.action != Action::approve) == has_reason);
  agent.tests(false);
  const Judgement with_reason = judge(agent.state, agent.behaviour, {}, tight, {});
  CHECK(with_reason.record.action == Action::revise);
  CHECK(judgement_text(with_reason.record, with_reason.reasons, true).find("the last test run failed") !=
        std::string::npos);
}
