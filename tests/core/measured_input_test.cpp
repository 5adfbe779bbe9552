#include "core/measured_input.hpp"

#include <cmath>

#include "tests/core/behaviour_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::testing::Watched;

namespace {

MeasuredInput measured(const Watched& agent, const StatedInput& stated = {}) {
  return measure_input(stated, agent.behaviour, signals_of(agent.behaviour));
}

Provenance from(const MeasuredInput& measured, Input input) {
  return measured.provenance[static_cast<std::size_t>(input)];
}

StatedInput states(double confidence, double complexity) {
  StatedInput stated;
  stated.input.confidence = confidence;
  stated.input.complexity = complexity;
  stated.fields = {.drift = true, .complexity = true, .confidence = true};
  return stated;
}

}  // namespace

TEST_CASE("of an agent of which nothing was seen, what is usual is taken, and its confidence is unknown") {
  const MeasuredInput input = measured({});
  CHECK(input.input.complexity == 0.5);
  CHECK(input.input.text.code_points > 1000);
  CHECK(from(input, Input::complexity) == Provenance::prior);
  CHECK(from(input, Input::text_length) == Provenance::prior);
  CHECK(std::isnan(input.input.confidence));
}

TEST_CASE("complexity grows with files, lines and uses of tools, within its range") {
  Watched agent;
  double before = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    agent.edit("/project/" + std::to_string(i));
    agent.command(i + 1);
    const MeasuredInput input = measured(agent);
    CHECK(input.input.complexity >= before);
    CHECK(input.input.complexity <= 1);
    CHECK(from(input, Input::complexity) == Provenance::measured);
    before = input.input.complexity;
  }
  CHECK(before > 0.9);
}

TEST_CASE("who claims success while tests fail drifts, and who admits it does not") {
  Watched agent;
  agent.note(TurnBegan{});
  for (int i = 0; i < 4; ++i) agent.tests(false);
  CHECK(measured(agent).input.ethical_drift[0] == 0);
  CHECK(measured(agent, states(1.0, 0.5)).input.ethical_drift[0] == 1.0);
  CHECK(measured(agent, states(0.0, 0.5)).input.ethical_drift[0] == 0.0);
  agent.note(TestsRun{"pytest", true, std::nullopt, std::nullopt}, Provenance::reported);
  CHECK(measured(agent).input.ethical_drift[0] == 1.0);
  CHECK(from(measured(agent), Input::success_drift) == Provenance::derived);
}

TEST_CASE("who is less sure of itself than it might be does not drift") {
  Watched agent;
  agent.note(TurnBegan{});
  for (int i = 0; i < 4; ++i) agent.tests(true);
  CHECK(measured(agent, states(0.4, 0.5)).input.ethical_drift[0] == 0);
}

TEST_CASE("what was stated in an update counts until the turn is over") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.tests(false);
  agent.note(Stated{1000, 100}, Provenance::reported);
  CHECK(measured(agent).input.ethical_drift[0] == 1.0);
  agent.note(TurnEnded{});
  agent.note(TurnBegan{});
  CHECK(measured(agent).input.ethical_drift[0] == 0);
}

TEST_CASE("stated values never lower measured ones") {
  Watched agent;
  agent.note(TurnBegan{});
  for (std::uint64_t i = 0; i < 40; ++i) {
    agent.edit("/project/" + std::to_string(i));
    agent.note(ProseSaid{4000});
  }
  const MeasuredInput silent = measured(agent);
  StatedInput low = states(1.0, 0.0);
  low.fields.text = true;
  low.input.text.code_points = 1;
  const MeasuredInput stated = measured(agent, low);
  CHECK(stated.input.complexity == silent.input.complexity);
  CHECK(stated.input.text.code_points == silent.input.text.code_points);
  CHECK(stated.input.ethical_drift[1] == Approx(-silent.input.complexity));
  const MeasuredInput high = measured(agent, states(1.0, 1.0));
  CHECK(high.input.complexity == 1.0);
  CHECK(from(high, Input::complexity) == Provenance::reported);
  CHECK(high.input.ethical_drift[1] == 0);  // what is still to be done may be harder than what was seen
  StatedInput drifting = states(1.0, 1.0);
  drifting.input.ethical_drift = {-0.9, 0.9, 0.9};
  CHECK(measured(agent, drifting).input.ethical_drift == std::array{-0.9, 0.9, 0.9});
}

TEST_CASE("the habits of the last turns are compared with the agent's own from its tenth turn on") {
  Watched agent;
  const auto turns = [&](int count, bool success) {
    for (int i = 0; i < count; ++i) {
      agent.note(TurnBegan{});
      agent.note(ProseSaid{200});
      agent.command(agent.rows.size() + 1, success);
      agent.note(TurnEnded{});
    }
  };
  turns(10, true);
  CHECK(from(measured(agent), Input::habit_drift) == Provenance::prior);
  turns(30, true);
  CHECK(from(measured(agent), Input::habit_drift) == Provenance::derived);
  CHECK(measured(agent).input.ethical_drift[2] == 0);
  turns(4, false);
  const double drift = measured(agent).input.ethical_drift[2];
  CHECK(drift > 0.1);
  CHECK(drift <= 1);
  turns(60, false);
  CHECK(measured(agent).input.ethical_drift[2] < drift);
}
