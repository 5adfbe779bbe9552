#include "core/analysis/fleet_summary.hpp"

#include "tests/core/analysis/rows.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

UpdateRecord row(Health health, Action action, double risk, double coherence) {
  UpdateRecord r;
  r.health = health;
  r.action = action;
  r.risk = risk;
  r.coherence = coherence;
  return r;
}

}  // namespace

TEST_CASE("a fleet is counted by the newest update of each agent, and means are over known figures") {
  const UpdateRecord rows[] = {row(Health::healthy, Action::approve, 0.1, 0.66),
                               row(Health::critical, Action::reject, 0.9, 0.45),
                               row(Health::healthy, Action::revise, 0.2, kUnknown)};
  FleetSummary s;
  for (const UpdateRecord& one : rows) s.add(&one);
  s.add(nullptr);
  s.add(nullptr);
  CHECK(s.agents == 5);
  CHECK(s.with_updates == 3);
  CHECK(s.by_health == std::array<std::uint64_t, 4>{2, 2, 0, 1});
  CHECK(s.by_decision.approve == 1);
  CHECK(s.by_decision.revise == 1);
  CHECK(s.by_decision.reject == 1);
  CHECK(*s.risk.mean() == Approx(0.4));
  CHECK(*s.coherence.mean() == Approx(0.555));
}

TEST_CASE("an empty fleet has no means") {
  const FleetSummary s;
  CHECK_FALSE(s.risk.mean());
  CHECK_FALSE(s.coherence.mean());
}
