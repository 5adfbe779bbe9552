#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

namespace {

ThresholdsCommand one(const char* name, double value, std::string agent_id = {}) {
  ThresholdsCommand command;
  command.agent_id = std::move(agent_id);
  command.values.emplace_back(find_threshold(name), value);
  return command;
}

}  // namespace

TEST_CASE("every threshold can be read and set by its name") {
  Thresholds t;
  double value = 0.011;
  for (const ThresholdField& field : threshold_fields()) {
    REQUIRE(find_threshold(field.name) == &field);
    field.set(t, field.whole ? 7.0 : value);
    CHECK(field.get(t) == (field.whole ? 7.0 : value));
    value += 0.01;
  }
  CHECK(threshold_fields().size() == 16);
  CHECK(find_threshold("no_such_threshold") == nullptr);
  CHECK(profile_name(Thresholds{}) == "default");
  CHECK(profile_name(Thresholds::strict()) == "strict");
  CHECK(profile_name(t) == "custom");
}

TEST_CASE("thresholds for all hold for every agent without its own, at once") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x"));
  REQUIRE(f.update(f.alice, "own"));
  REQUIRE(f.state.set_thresholds({f.person, 0}, one("risk_approve_threshold", 0.2, "own"), 1, f.changes));
  f.changes.clear();
  const auto outcome =
      f.state.set_thresholds({f.person, 0}, one("risk_revise_threshold", 0.41), 1, f.changes);
  REQUIRE(outcome);
  CHECK(outcome->before.risk_revise == 0.5);
  CHECK(outcome->after.risk_revise == 0.41);
  REQUIRE(of_kind<ThresholdsSaved>(f.changes).size() == 1);
  CHECK(of_kind<ThresholdsSaved>(f.changes)[0].thresholds->risk_revise == 0.41);
  const auto audits = of_kind<AuditAppended>(f.changes);
  REQUIRE(audits.size() == 1);
  CHECK(audits[0].event == "thresholds_changed");
  CHECK(audits[0].detail == "risk_revise_threshold 0.5 to 0.41");
  CHECK(f.state.thresholds_of(*f.state.find_agent("x")).risk_revise == 0.41);
  CHECK(f.state.thresholds_of(*f.state.find_agent("own")).risk_revise == 0.5);
  CHECK(f.state.thresholds_of(*f.state.find_agent("own")).risk_approve == 0.2);
  CHECK(f.update(f.alice, "x")->record.action == Action::revise);
}

TEST_CASE("thresholds are checked together, and a refused set changes nothing") {
  StateFixture f;
  const auto refused =
      f.state.set_thresholds({f.person, 0}, one("risk_approve_threshold", 0.5), 1, f.changes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "risk_approve_threshold");
  CHECK(f.changes.empty());
  CHECK(f.state.thresholds() == Thresholds{});
  ThresholdsCommand both = one("risk_approve_threshold", 0.5);
  both.values.emplace_back(find_threshold("risk_revise_threshold"), 0.6);
  CHECK(f.state.set_thresholds({f.person, 0}, both, 1, f.changes));
}

TEST_CASE("a profile can be the start of single values, and a reset goes back") {
  StateFixture f;
  ThresholdsCommand command = one("lambda1_update_interval", 3);
  command.profile = Thresholds::strict();
  REQUIRE(f.state.set_thresholds({f.person, 0}, command, 1, f.changes));
  CHECK(f.state.thresholds().risk_approve == 0.15);
  CHECK(f.state.thresholds().lambda1_update_interval == 3);
  ThresholdsCommand reset;
  reset.reset = true;
  f.changes.clear();
  REQUIRE(f.state.set_thresholds({f.person, 0}, reset, 1, f.changes));
  CHECK(f.state.thresholds() == Thresholds{});
  CHECK_FALSE(of_kind<ThresholdsSaved>(f.changes).at(0).thresholds);
  f.changes.clear();
  REQUIRE(f.state.set_thresholds({f.person, 0}, reset, 1, f.changes));
  CHECK(f.changes.empty());  // nothing to change
}

TEST_CASE("an agent's own set is taken away by a reset, and an unknown agent is refused") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x"));
  ThresholdsCommand strict;
  strict.agent_id = "x";
  strict.profile = Thresholds::strict();
  REQUIRE(f.state.set_thresholds({f.person, 0}, strict, 1, f.changes));
  CHECK(f.update(f.alice, "x")->record.action == Action::reject);
  ThresholdsCommand reset;
  reset.agent_id = "x";
  reset.reset = true;
  REQUIRE(f.state.set_thresholds({f.person, 0}, reset, 1, f.changes));
  CHECK_FALSE(f.state.find_agent("x")->profile.thresholds);
  f.know("nobody");
  reset.agent_id = "nobody";
  CHECK(f.state.set_thresholds({f.person, 0}, reset, 1, f.changes).error().code == ErrorCode::not_found);
}
