#include "core/analysis/fleet_summary.hpp"

#include "tests/support/catch.hpp"

using namespace governor::core;

TEST_CASE("groups add up to the fleet, and means are over agents that have the figure") {
  const FleetGroup groups[] = {
      {Health::healthy, Action::approve, 3, 0.6, 3, 1.95, 3},
      {Health::critical, Action::reject, 1, 0.8, 1, 0.45, 1},
      {Health::healthy, Action::revise, 2, 0.2, 1, 0.0, 0},
      {Health::unknown, std::nullopt, 4, 0.0, 0, 0.0, 0},
  };
  const FleetSummary s = summarize(groups);
  CHECK(s.agents == 10);
  CHECK(s.with_updates == 6);
  CHECK(s.by_health[static_cast<std::size_t>(Health::unknown)] == 4);
  CHECK(s.by_health[static_cast<std::size_t>(Health::healthy)] == 5);
  CHECK(s.by_health[static_cast<std::size_t>(Health::degraded)] == 0);
  CHECK(s.by_health[static_cast<std::size_t>(Health::critical)] == 1);
  CHECK(s.by_decision.approve == 3);
  CHECK(s.by_decision.revise == 2);
  CHECK(s.by_decision.reject == 1);
  CHECK(*s.mean_risk == Approx(1.6 / 5));
  CHECK(*s.mean_coherence == Approx(2.4 / 4));
}

TEST_CASE("an empty fleet has no means") {
  const FleetSummary s = summarize({});
  CHECK(s.agents == 0);
  CHECK_FALSE(s.mean_risk);
  CHECK_FALSE(s.mean_coherence);
}
