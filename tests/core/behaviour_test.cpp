#include "core/behaviour.hpp"

#include "core/account.hpp"
#include "core/signals.hpp"
#include "tests/core/behaviour_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::testing::Watched;

namespace {

/// A turn of a busy agent; `number` makes it differ from others.
void busy_turn(Watched& agent, std::uint32_t number) {
  agent.note(TurnBegan{});
  agent.note(ProseSaid{100 + 37 * (number % 11)});
  agent.command(number % 7 + 1, number % 3 != 0);
  agent.edit("/project/file" + std::to_string(number % 5), number % 4 + 1);
  agent.note(TurnEnded{});
}

}  // namespace

TEST_CASE("what is said, used and changed becomes one step") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.note(ProseSaid{120});
  agent.edit("/project/a.py");
  agent.note(ProseSaid{80});
  REQUIRE(agent.behaviour.steps().size() == 2);
  const WorkStep& step = agent.behaviour.steps().front();
  CHECK(step.said == 120);
  CHECK(step.tool);
  CHECK(step.edit);
  CHECK(agent.behaviour.name_of(step.file) == "/project/a.py");
  CHECK(agent.behaviour.steps().back().said == 80);
}

TEST_CASE("a command is repeated only if nothing has changed since") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.command(7);
  agent.edit("/project/a.py");
  agent.command(7);
  CHECK(agent.noted<Repeated>().empty());
  agent.command(7);
  REQUIRE(agent.noted<Repeated>().size() == 1);
  CHECK(agent.noted<Repeated>()[0].subject == "make");
  CHECK(agent.noted<Repeated>()[0].times == 2);
  CHECK(agent.rows.back().provenance == Provenance::derived);
}

TEST_CASE("to read the same again is no repeat") {
  Watched agent;
  agent.command(7, true, ToolClass::read);
  agent.command(7, true, ToolClass::read);
  CHECK(agent.noted<Repeated>().empty());
}

TEST_CASE("a file that is again what it was before is a revert, to save it unchanged is none") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.edit("/project/a.py", 1);
  agent.edit("/project/a.py", 1);
  agent.edit("/project/b.py", 2);
  CHECK(agent.noted<Reverted>().empty());
  agent.edit("/project/a.py", 2);
  CHECK(agent.noted<Reverted>().empty());
  agent.edit("/project/a.py", 1);
  REQUIRE(agent.noted<Reverted>().size() == 1);
  CHECK(agent.noted<Reverted>()[0].how == Reverted::How::content);
  CHECK(agent.noted<Reverted>()[0].path == "/project/a.py");
  CHECK(agent.behaviour.steps().back().circle);
}

TEST_CASE("an agent's report of its success is a claim and no observation, of its failure both") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.note(TestsRun{"pytest", true, std::nullopt, std::nullopt}, Provenance::reported);
  CHECK(agent.behaviour.steps().back().tests == WorkStep::Tests::none);
  CHECK(agent.behaviour.steps().back().claims == 1);
  CHECK(agent.behaviour.steps().back().success_claims == 1);
  agent.note(TestsRun{"pytest", false, std::nullopt, std::nullopt}, Provenance::reported);
  CHECK(agent.behaviour.steps().back().tests == WorkStep::Tests::failed);
  CHECK(agent.behaviour.steps().back().success_claims == 1);
}

TEST_CASE("memory is bounded, however much an agent does") {
  Watched agent;
  for (std::uint32_t i = 0; i < 600; ++i) {
    agent.note(TurnBegan{});
    agent.edit("/project/" + std::to_string(i));
  }
  CHECK(agent.behaviour.steps().size() == Behaviour::kSteps);
  CHECK(agent.behaviour.name_of(agent.behaviour.steps().front().file) == "/project/472");
  for (std::size_t i = 0; i < 2 * Behaviour::kRows; ++i) agent.note(TurnBegan{});
  CHECK(agent.behaviour.steps().size() == 1);
}

TEST_CASE("the newest evidence gives the same as all of it") {
  Watched agent;
  for (std::uint32_t i = 0; i < 1500; ++i) {
    busy_turn(agent, i);
    Account account;
    account.habits = agent.behaviour.habits();
    Judged judged;
    judged.account = account.pack();
    agent.note(std::move(judged), Provenance::derived);
  }
  REQUIRE(agent.rows.size() > Behaviour::kRows + 100);
  Behaviour again;
  for (std::size_t i = agent.rows.size() - Behaviour::kRows - 100; i < agent.rows.size(); ++i)
    again.note(agent.rows[i]);
  CHECK(signals_of(again) == signals_of(agent.behaviour));
  CHECK(again.habits().pack() == agent.behaviour.habits().pack());
  CHECK(again.habits().turns() == 1500);
  CHECK(again.turn() == agent.behaviour.turn());
}
