#include "core/update_record.hpp"

#include "core/error.hpp"
#include "core/governance_model.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

UpdateRecord calm() {
  UpdateRecord r;
  r.coherence = 0.7;
  r.risk = 0.12;
  r.phi = 0.5;
  r.V = 0.01;
  r.void_threshold = 0.15;
  return r;
}

}  // namespace

TEST_CASE("the names of codes, verdicts, actions and health are stable") {
  CHECK(to_string(ErrorCode::invalid_argument) == "invalid_argument");
  CHECK(to_string(ErrorCode::not_found) == "not_found");
  CHECK(to_string(ErrorCode::already_exists) == "already_exists");
  CHECK(to_string(ErrorCode::conflict) == "conflict");
  CHECK(to_string(ErrorCode::not_owner) == "not_owner");
  CHECK(to_string(ErrorCode::limit_exceeded) == "limit_exceeded");
  CHECK(to_string(ErrorCode::deadline_exceeded) == "deadline_exceeded");
  CHECK(to_string(ErrorCode::storage_unavailable) == "storage_unavailable");
  CHECK(to_string(ErrorCode::overloaded) == "overloaded");
  CHECK(to_string(ErrorCode::shutting_down) == "shutting_down");
  CHECK(to_string(Verdict::safe) == "safe");
  CHECK(to_string(Verdict::caution) == "caution");
  CHECK(to_string(Verdict::high_risk) == "high-risk");
  CHECK(to_string(Action::approve) == "approve");
  CHECK(to_string(Action::revise) == "revise");
  CHECK(to_string(Action::reject) == "reject");
  CHECK(to_string(Health::unknown) == "unknown");
  CHECK(to_string(Health::healthy) == "healthy");
  CHECK(to_string(Health::degraded) == "degraded");
  CHECK(to_string(Health::critical) == "critical");
}

TEST_CASE("a stored number that no version knows reads as the most cautious name") {
  CHECK(to_string(static_cast<Verdict>(200)) == "high-risk");
  CHECK(to_string(static_cast<Action>(200)) == "reject");
  CHECK(to_string(static_cast<Health>(200)) == "unknown");
}

TEST_CASE("the reason of a decision names the figure and the threshold, in the order of the rules") {
  const Thresholds t;
  UpdateRecord r = calm();
  CHECK(decision_reason(r, t) == "Risk 0.1200 is below 0.2500. Go on.");
  r.risk = 0.25;
  r.action = Action::revise;
  CHECK(decision_reason(r, t) ==
        "Risk 0.2500 is at or above 0.2500 and below 0.5000. Correct yourself, then go on.");
  r.risk = 0.5;
  r.action = Action::reject;
  CHECK(decision_reason(r, t) == "Risk 0.5000 is at or above 0.5000. Halt.");
  r.coherence = 0.59;
  CHECK(decision_reason(r, t) == "Coherence 0.5900 is below the critical 0.6000. Halt.");
  r.verdict = Verdict::high_risk;
  r.phi = -0.25;
  CHECK(decision_reason(r, t) == "The verdict is high-risk: phi = -0.2500 is below 0. Halt.");
  r.void_active = true;
  r.V = -0.2;
  CHECK(decision_reason(r, t) == "The void is active: |V| = 0.2000 is above 0.1500. Halt.");
}

TEST_CASE("a text never contradicts the verdict of then, also when thresholds changed since") {
  UpdateRecord r = calm();
  r.action = Action::revise;
  r.risk = 0.33;
  r.health = Health::degraded;
  r.human_reasons = kHumanRisk | kHumanCoherence;
  const Thresholds strict = Thresholds::strict();
  CHECK(decision_reason(r, strict) ==
        "Risk 0.3300 and coherence 0.7000, by the thresholds that held then. Correct yourself, then go on.");
  CHECK(health_message(r, strict) == "Medium risk (33.00%) - monitoring closely");
  CHECK(human_reason_texts(r, strict)[0] == "risk 0.3300, by the thresholds that held then");
  CHECK(human_reason_texts(r, strict)[1] == "coherence 0.7000, by the thresholds that held then");
}

TEST_CASE("what was imported without a verdict says so") {
  UpdateRecord r = calm();
  r.verdict = Verdict::unknown;
  CHECK(decision_reason(r, {}).find("Imported") == 0);
  CHECK(health_message(r, {}).find("Imported") == 0);
  CHECK(to_string(Verdict::unknown) == "unknown");
  CHECK(to_string(Action::unknown) == "unknown");
}

TEST_CASE("every reason for a person is listed, and no other") {
  const Thresholds t;
  UpdateRecord r = calm();
  CHECK_FALSE(r.require_human());
  CHECK(human_reason_texts(r, t).empty());
  r.risk = 0.41;
  r.human_reasons = kHumanRisk | kHumanCoherence | kHumanVoid | kHumanHighRisk | kHumanLoop;
  CHECK(r.require_human());
  REQUIRE(human_reason_texts(r, t).size() == 5);
  CHECK(human_reason_texts(r, t)[0] == "risk 0.4100 is at or above 0.4000");
  r.human_reasons = kHumanVoid;
  REQUIRE(human_reason_texts(r, t).size() == 1);
  CHECK(human_reason_texts(r, t)[0] == "the void is active: |V| = 0.0100 is above 0.1500");
}

TEST_CASE("health messages are those of the model") {
  const Thresholds t;
  UpdateRecord r = calm();
  r.health = Health::healthy;
  CHECK(health_message(r, t) == "Low risk (12.00%)");
  r.risk = 0.4275;
  r.health = Health::degraded;
  CHECK(health_message(r, t) == "Medium risk (42.75%) - monitoring closely");
  r.risk = 0.7;
  r.health = Health::critical;
  CHECK(health_message(r, t) == "High risk (70.00%) - intervention may be needed");
  r.coherence = 0.5;
  CHECK(health_message(r, t) == "Coherence critical (0.5000 below 0.6000) - intervention may be needed");
  r.void_active = true;
  r.V = -0.31;
  CHECK(health_message(r, t) == "Void active (|V| = 0.3100 above 0.1500) - intervention may be needed");
}

TEST_CASE("health is critical, degraded or healthy exactly at its thresholds") {
  const Thresholds t;
  CHECK(assess_health(0.299999, 0.6, false, t) == Health::healthy);
  CHECK(assess_health(0.3, 0.6, false, t) == Health::degraded);
  CHECK(assess_health(0.599999, 0.6, false, t) == Health::degraded);
  CHECK(assess_health(0.6, 0.6, false, t) == Health::critical);
  CHECK(assess_health(0.0, 0.599999, false, t) == Health::critical);
  CHECK(assess_health(0.0, 1.0, true, t) == Health::critical);
}

TEST_CASE("an agent at the start is advised temperature 0.563, top_p 0.859 and 136 tokens") {
  const SamplingParameters start = sampling_parameters(0.09);
  CHECK(start.temperature == Approx(0.563).epsilon(0).margin(1e-12));
  CHECK(start.top_p == Approx(0.859).epsilon(0).margin(1e-12));
  CHECK(start.max_tokens == 136);
}
