// What the model does with an agent over time: it decides in all three ways, gives way in a collapse and
// comes back.
#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "core/analysis/anomaly.hpp"
#include "core/analysis/trend.hpp"
#include "core/governance_model.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

/// An agent under the default thresholds, and what it has been through.
struct Trajectory {
  UpdateRecord step(const UpdateInput& input) {
    rows.insert(rows.begin(), advance(state, input, Thresholds{}));
    return rows.front();
  }

  GovernanceState state;
  std::vector<UpdateRecord> rows;  ///< newest first
};

/// Nothing in common with the update before.
UpdateInput incoherent(std::mt19937_64& random) {
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  UpdateInput input;
  input.parameters.resize(16);
  for (double& parameter : input.parameters) parameter = unit(random);
  input.ethical_drift = {0.1, 0.1, 0.1};
  return input;
}

UpdateInput good() {
  UpdateInput input;
  input.parameters = std::vector<double>(16, 0.5);
  input.complexity = 0.2;
  return input;
}

void check_sampling(double lambda1, double temperature, double top_p, int max_tokens) {
  const SamplingParameters sampling = sampling_parameters(lambda1);
  CHECK(sampling.temperature == Approx(temperature));
  CHECK(sampling.top_p == Approx(top_p));
  CHECK(sampling.max_tokens == max_tokens);
}

}  // namespace

TEST_CASE("an agent at rest is advised 0.563, 0.859 and 136") {
  check_sampling(GovernanceState{}.lambda1, 0.563, 0.859, 136);
  Trajectory agent;
  for (int n = 1; n <= 4; ++n) check_sampling(agent.step({}).lambda1, 0.563, 0.859, 136);
  CHECK(agent.step({}).lambda1 != Approx(0.09));  // the controller has begun to adapt
}

TEST_CASE("one agent is led from revise over reject to approve by what it does") {
  std::mt19937_64 random(1);
  Trajectory agent;
  CHECK(agent.step(incoherent(random)).action == Action::revise);
  for (int n = 0; n < 9; ++n) CHECK(agent.step(incoherent(random)).action == Action::reject);
  std::set<Action> recovering;
  for (int n = 0; n < 60; ++n) recovering.insert(agent.step(good()).action);
  CHECK(recovering.count(Action::revise) == 1);
  CHECK(agent.rows.front().action == Action::approve);
  CHECK(agent.rows.front().health == Health::healthy);
}

TEST_CASE("lambda1 falls in a collapse and is back above 0.10 within 40 good updates, whatever collapsed") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    Trajectory agent;
    for (int n = 0; n < 10; ++n) agent.step(incoherent(random));
    const double collapsed = agent.rows.front().lambda1;
    CHECK(collapsed < 0.07);
    // A collapsed agent is told to be brief and careful.
    CHECK(sampling_parameters(collapsed).temperature < 0.563);
    CHECK(sampling_parameters(collapsed).max_tokens < 136);
    int needed = 0;
    while (needed < 40 && agent.rows.front().lambda1 <= 0.10) {
      agent.step(good());
      ++needed;
    }
    CHECK(agent.rows.front().lambda1 > 0.10);
    CHECK(needed > 0);
    CHECK(sampling_parameters(agent.rows.front().lambda1).max_tokens > 136);
  }
}

TEST_CASE("a collapse shows as a degrading agent with anomalies, its end as an improving one without") {
  std::mt19937_64 random(4);
  Trajectory agent;
  for (int n = 0; n < 30; ++n) agent.step(good());
  CHECK(anomalies_of(agent.rows).empty());
  std::set<AnomalyKind> kinds;
  bool degrading = false;
  for (int n = 0; n < 10; ++n) {
    agent.step(incoherent(random));
    for (const Anomaly& anomaly : anomalies_of(agent.rows)) kinds.insert(anomaly.kind);
    degrading = degrading || trends_of(agent.rows).course() == Course::degrading;
  }
  CHECK(degrading);
  CHECK(kinds.count(AnomalyKind::coherence_drop) == 1);
  bool improving = false;
  for (int n = 0; n < 10; ++n) {
    agent.step(good());
    improving = improving || trends_of(agent.rows).course() == Course::improving;
  }
  CHECK(improving);
  CHECK(anomalies_of(agent.rows).empty());
}
