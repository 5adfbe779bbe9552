#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

namespace {

constexpr std::int64_t kMinute = 60'000'000;

std::vector<AlertSaved> drift(StateFixture& f, double amount) {
  f.know("x");
  f.changes.clear();
  UpdateCommand command;
  command.agent_id = "x";
  command.input.ethical_drift = {amount, amount, amount};
  REQUIRE(f.state.update({f.alice, 0}, std::move(command), f.now += 20'000'000, f.changes));
  return of_kind<AlertSaved>(f.changes);
}

AlertInput low_disk() {
  return {"low_disk", AlertKind::low_disk, AlertSeverity::warning, "", "little space"};
}

}  // namespace

TEST_CASE("alerts that have long been over are forgotten, open ones never") {
  StateFixture f;
  const auto raise = [&](int number) {
    AlertInput input = low_disk();
    input.cause = "cause " + std::to_string(number);
    f.state.raise_alert(std::move(input), f.now, f.changes);
  };
  for (int number = 0; number < 3000; ++number) raise(number);
  for (int number = 0; number < 2900; ++number)
    f.state.resolve_alert("cause " + std::to_string(number), f.now, f.changes);
  f.now += 11 * kMinute;
  for (int number = 3000; number < 7000; ++number) raise(number);
  CHECK(f.state.alerts().size() == 4100);
  CHECK(f.state.alerts().contains("cause 2950"));
}

TEST_CASE("an agent that turns critical raises one alert, which is resolved when it recovers") {
  StateFixture f;
  CHECK(drift(f, 0.0).empty());
  const auto raised = drift(f, 1.0);
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].raised);
  CHECK(raised[0].alert.kind == AlertKind::agent_critical);
  CHECK(raised[0].alert.severity == AlertSeverity::critical);
  CHECK(raised[0].alert.message.find("\"x\" is critical") != std::string::npos);
  CHECK(drift(f, 1.0).empty());
  const auto resolved = drift(f, 0.0);
  REQUIRE(resolved.size() == 1);
  CHECK_FALSE(resolved[0].raised);
  CHECK(resolved[0].alert.key == raised[0].alert.key);
  CHECK(resolved[0].alert.resolved_us == f.now);
}

TEST_CASE("an agent that is rejected again and again is one alert, and seeing it ends the loop") {
  StateFixture f;
  f.know("x");
  f.changes.clear();
  for (int i = 0; i < 4; ++i) {
    UpdateCommand command;
    command.agent_id = "x";
    command.input.ethical_drift = {1.0, 1.0, 1.0};
    command.input.fingerprint = static_cast<std::uint64_t>(i) + 1;
    REQUIRE(f.state.update({f.alice, 0}, std::move(command), f.now += 1'000'000, f.changes));
  }
  REQUIRE(f.state.find_agent("x")->profile.loop.kind == LoopKind::repeated_reject);
  const auto raised = of_kind<AlertSaved>(f.changes);
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].alert.kind == AlertKind::agent_critical);
  REQUIRE(f.state.acknowledge_alert({f.person, 0}, raised[0].alert, "", f.now += 1, f.changes));
  CHECK(f.state.find_agent("x")->profile.loop.kind == LoopKind::none);
  CHECK(of_kind<AlertSaved>(f.changes).back().alert.resolved_us == 0);  // it is critical still
}

TEST_CASE("an agent that is critical and rejected again and again does not begin anew by itself") {
  StateFixture f;
  f.know("x");
  for (int i = 0; i < 4; ++i) {
    UpdateCommand command;
    command.agent_id = "x";
    command.input.ethical_drift = {1.0, 1.0, 1.0};
    command.input.fingerprint = static_cast<std::uint64_t>(i) + 1;
    REQUIRE(f.state.update({f.alice, 0}, std::move(command), f.now += 1'000'000, f.changes));
  }
  f.changes.clear();
  const auto refused = f.state.reset_monitor({f.alice, 0}, {"x", {}, {}}, ++f.now, f.changes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_owner);
  CHECK(f.changes.empty());
  CHECK(f.state.find_agent("x")->last->health == Health::critical);
  CHECK(f.state.reset_monitor({f.person, 0}, {"x", {}, {}}, ++f.now, f.changes));
  CHECK(f.state.find_agent("x")->profile.loop.kind == LoopKind::none);
}

TEST_CASE("a cause that comes back soon opens its alert again, later it is a new one") {
  StateFixture f;
  f.state.raise_alert(low_disk(), 1, f.changes);
  f.state.raise_alert(low_disk(), 2, f.changes);
  REQUIRE(of_kind<AlertSaved>(f.changes).size() == 1);
  const AlertKey first = of_kind<AlertSaved>(f.changes)[0].alert.key;
  f.state.resolve_alert("low_disk", 3, f.changes);
  f.state.resolve_alert("low_disk", 4, f.changes);
  REQUIRE(of_kind<AlertSaved>(f.changes).size() == 2);
  f.changes.clear();
  AlertInput worse = low_disk();
  worse.message = "no space";
  worse.severity = AlertSeverity::critical;
  f.state.raise_alert(std::move(worse), 9 * kMinute, f.changes);
  REQUIRE(of_kind<AlertSaved>(f.changes).size() == 1);
  CHECK_FALSE(of_kind<AlertSaved>(f.changes)[0].raised);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.key == first);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.resolved_us == 0);
  // It tells of what is so now, not of what was.
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.raised_us == 9 * kMinute);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.message == "no space");
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.severity == AlertSeverity::critical);
  f.state.resolve_alert("low_disk", 9 * kMinute, f.changes);
  f.changes.clear();
  f.state.raise_alert(low_disk(), 19 * kMinute, f.changes);
  CHECK(of_kind<AlertSaved>(f.changes).at(0).raised);
  CHECK(of_kind<AlertSaved>(f.changes).at(0).alert.key != first);
}

TEST_CASE("a cause that comes back after an acknowledgement is news") {
  StateFixture f;
  f.state.raise_alert(low_disk(), 1, f.changes);
  const Alert first = of_kind<AlertSaved>(f.changes)[0].alert;
  REQUIRE(f.state.acknowledge_alert({f.person, 0}, first, "seen", 2, f.changes));
  f.state.resolve_alert("low_disk", 3, f.changes);
  f.changes.clear();
  f.state.raise_alert(low_disk(), 4, f.changes);
  REQUIRE(of_kind<AlertSaved>(f.changes).size() == 1);
  CHECK(of_kind<AlertSaved>(f.changes)[0].raised);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.key != first.key);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.acknowledged_us == 0);
}

TEST_CASE("alerts whose cause lasts are known again after a restart") {
  StateFixture f;
  f.state.raise_alert(low_disk(), 1, f.changes);
  StateSeed seed;
  seed.open_alerts.push_back(of_kind<AlertSaved>(f.changes)[0].alert);
  seed.keys.alert = seed.open_alerts[0].key;
  State again(Thresholds{}, std::move(seed));
  Changes changes;
  again.raise_alert(low_disk(), 2, changes);
  CHECK(changes.empty());
  again.resolve_alert("low_disk", 3, changes);
  CHECK(of_kind<AlertSaved>(changes).size() == 1);
}

TEST_CASE("the first acknowledgement of an alert stands, and is audited") {
  StateFixture f;
  f.state.raise_alert(low_disk(), 1, f.changes);
  const Alert alert = of_kind<AlertSaved>(f.changes)[0].alert;
  f.changes.clear();
  CHECK(f.state.acknowledge_alert({f.person, 0}, alert, "on it", 5, f.changes)->acknowledged_by ==
        "client-of-p");
  CHECK(of_kind<AuditAppended>(f.changes).at(0).event == "alert_acknowledged");
  f.changes.clear();
  const Alert second = *f.state.acknowledge_alert({f.person, 0}, alert, "me too", 6, f.changes);
  CHECK(f.changes.empty());
  CHECK(second.acknowledged_by == "client-of-p");
  CHECK(second.note == "on it");
}
