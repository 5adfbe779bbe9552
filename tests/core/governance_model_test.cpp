// The rules of the model that the golden vectors do not single out.
#include "core/governance_model.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>

#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

UpdateInput with_drift(double x) {
  UpdateInput input;
  input.ethical_drift = {x, 0.0, 0.0};
  return input;
}

/// Something a client could send: mostly ordinary, sometimes at the edges.
UpdateInput random_input(std::mt19937_64& random) {
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  const auto edged = [&](double low, double high) {
    const double u = unit(random);
    if (u < 0.1) return low;
    if (u > 0.9) return high;
    return low + (high - low) * unit(random);
  };
  UpdateInput input;
  input.parameters.resize(random() % 4);
  for (double& p : input.parameters) p = random() % 20 == 0 ? edged(-1e300, 1e300) : edged(-1.0, 1.0);
  if (random() % 3 != 0) {
    for (double& d : input.ethical_drift) d = edged(-1.0, 1.0);
  }
  input.text.code_points = random() % 5 == 0 ? 8u * 1024 * 1024 : random() % 4000;
  input.text.hits = static_cast<int>(random() % 11);
  input.complexity = edged(0.0, 1.0);
  input.confidence = edged(0.0, 1.0);
  return input;
}

}  // namespace

TEST_CASE("whatever valid input comes, every figure stays in its range and the numbers count up") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    const Thresholds t = seed % 2 == 0 ? Thresholds::strict() : Thresholds{};
    GovernanceState state;
    for (std::uint64_t n = 1; n <= 300; ++n) {
      const UpdateInput input = random_input(random);
      REQUIRE_FALSE(validate(input));
      const double lambda_before = state.lambda1;
      const UpdateRecord r = advance(state, input, t);
      INFO("seed " << seed << ", update " << n);
      const auto within = [](double x, double low, double high) { return x >= low && x <= high; };
      REQUIRE(r.number == n);
      REQUIRE(state.updates == n);
      REQUIRE(within(r.E, 0.0, 1.0));
      REQUIRE(within(r.I, 0.0, 1.0));
      REQUIRE(within(r.S, 0.0, 2.0));
      REQUIRE(within(r.V, -2.0, 2.0));
      REQUIRE(within(r.coherence, 0.0, 1.0));
      REQUIRE(within(r.risk, 0.0, 1.0));
      REQUIRE(within(r.lambda1, t.lambda1_min, t.lambda1_max));
      REQUIRE(within(r.integral, -5.0, 5.0));
      REQUIRE(std::isfinite(r.phi));
      REQUIRE(
          (n < 10 ? r.void_threshold == t.void_initial : within(r.void_threshold, t.void_min, t.void_max)));
      REQUIRE(std::abs(r.time - 0.1 * static_cast<double>(n)) < 1e-9);
      REQUIRE(r.void_active == (std::abs(r.V) > r.void_threshold));
      REQUIRE(r.lambda1_skipped == (n % 5 == 0 && input.confidence < t.controller_confidence));
      if (n % 5 != 0 || r.lambda1_skipped) REQUIRE(r.lambda1 == lambda_before);
      REQUIRE((r.health == Health::critical) ==
              (r.void_active || r.coherence < t.coherence_critical || r.risk >= t.health_risk_degraded_max));
      REQUIRE(r.require_human() ==
              (r.risk >= t.require_human_risk || r.coherence < t.require_human_coherence || r.void_active ||
               r.verdict == Verdict::high_risk));
    }
  }
}

TEST_CASE("the same inputs give the same figures, bit for bit") {
  GovernanceState one;
  GovernanceState other;
  std::mt19937_64 random(7);
  for (int n = 0; n < 200; ++n) {
    const UpdateInput input = random_input(random);
    const UpdateRecord a = advance(one, input, Thresholds{});
    const UpdateRecord b = advance(other, input, Thresholds{});
    REQUIRE(a.risk == b.risk);
    REQUIRE(a.V == b.V);
    REQUIRE(a.lambda1 == b.lambda1);
  }
}

TEST_CASE("a decision is the first rule that matches: void, high-risk, coherence, risk") {
  Thresholds t;
  SECTION("an active void rejects whatever the risk") {
    t.void_initial = 0.0;
    GovernanceState state;
    const UpdateRecord r = advance(state, UpdateInput{}, t);
    CHECK(r.void_active);
    CHECK(r.action == Action::reject);
    CHECK(decision_reason(r, t).find("void") != std::string::npos);
    CHECK((r.human_reasons & kHumanVoid) != 0);
  }
  SECTION("a high-risk verdict rejects though the risk would be approved") {
    t.risk_approve = 0.99;
    t.risk_revise = 1.0;
    GovernanceState state;
    UpdateInput input;
    input.ethical_drift = {1.0, 1.0, 1.0};
    const UpdateRecord r = advance(state, input, t);
    CHECK(r.verdict == Verdict::high_risk);
    CHECK(r.action == Action::reject);
    CHECK(decision_reason(r, t).find("high-risk") != std::string::npos);
  }
  SECTION("a critical coherence rejects though the risk would be approved") {
    t.risk_approve = 0.99;
    t.risk_revise = 1.0;
    GovernanceState state;
    UpdateInput input;
    input.parameters = {0.0};
    advance(state, input, t);
    input.parameters = {1.0};  // far from the previous vector: its share of the coherence is gone
    const UpdateRecord r = advance(state, input, t);
    CHECK(r.coherence < t.coherence_critical);
    CHECK(r.action == Action::reject);
    CHECK(decision_reason(r, t).find("Coherence") != std::string::npos);
  }
  SECTION("a risk exactly at a threshold falls on its upper side") {
    GovernanceState probe;
    const double risk = advance(probe, UpdateInput{}, t).risk;
    t.risk_approve = risk;
    t.risk_revise = 1.0;
    GovernanceState state;
    CHECK(advance(state, UpdateInput{}, t).action == Action::revise);
    t.risk_approve = 0.0;
    t.risk_revise = risk;
    state = GovernanceState{};
    CHECK(advance(state, UpdateInput{}, t).action == Action::reject);
  }
}

TEST_CASE("agents reach approve, revise and reject by what they do") {
  const Thresholds t;
  std::set<Action> actions;
  GovernanceState calm;
  UpdateInput easy;
  easy.complexity = 0.0;
  for (int n = 0; n < 30; ++n) actions.insert(advance(calm, easy, t).action);
  CHECK(actions.count(Action::approve) == 1);
  GovernanceState drifting;
  for (int n = 0; n < 30; ++n) actions.insert(advance(drifting, with_drift(0.5), t).action);
  CHECK(actions.count(Action::revise) == 1);
  GovernanceState violent;
  UpdateInput bad;
  bad.ethical_drift = {1.0, 1.0, 1.0};
  bad.text = examine_text("sudo rm -rf / and bypass");
  CHECK(advance(violent, bad, t).action == Action::reject);
}

TEST_CASE("entropy may fall while drift is high") {
  GovernanceState state;
  const double before = state.S;
  advance(state, with_drift(1.0), Thresholds{});
  CHECK(state.S < before);
}

TEST_CASE("parameters count only against a previous vector of the same length") {
  const Thresholds t;
  const auto coherence_after = [&](std::vector<double> first, std::vector<double> second) {
    GovernanceState state;
    UpdateInput input;
    input.parameters = std::move(first);
    advance(state, input, t);
    input.parameters = std::move(second);
    return advance(state, input, t).coherence;
  };
  const double undisturbed = coherence_after({}, {});
  CHECK(coherence_after({0.1, 0.2}, {0.1, 0.2}) == undisturbed);
  CHECK(coherence_after({}, {5.0}) == undisturbed);          // nothing to compare with
  CHECK(coherence_after({0.1, 0.2}, {9.0}) == undisturbed);  // the length changed
  CHECK(coherence_after({0.1}, {}) == undisturbed);
  CHECK(coherence_after({0.1}, {0.2}) < undisturbed);
}

TEST_CASE("an empty vector forgets the previous one") {
  GovernanceState state;
  UpdateInput input;
  input.parameters = {1.0};
  advance(state, input, Thresholds{});
  CHECK(state.previous_parameters.has_value());
  input.parameters.clear();
  advance(state, input, Thresholds{});
  CHECK_FALSE(state.previous_parameters.has_value());
}

TEST_CASE("the controller runs on every fifth update, when the agent is confident enough") {
  const Thresholds t;
  GovernanceState state;
  UpdateInput unsure;
  unsure.confidence = 0.79;
  for (int n = 1; n <= 5; ++n) {
    const UpdateRecord r = advance(state, unsure, t);
    CHECK(r.lambda1_skipped == (n == 5));
    CHECK(r.lambda1 == 0.09);
  }
  UpdateInput sure;
  sure.confidence = 0.8;
  for (int n = 6; n <= 10; ++n) {
    const UpdateRecord r = advance(state, sure, t);
    CHECK_FALSE(r.lambda1_skipped);
    CHECK((r.lambda1 != 0.09) == (n == 10));
  }
}
