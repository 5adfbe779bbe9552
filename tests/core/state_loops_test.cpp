#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

namespace {

Result<UpdateOutcome> say(StateFixture& f, std::string_view text) {
  f.know("x");
  UpdateCommand command;
  command.agent_id = "x";
  command.input.text = examine_text(text);
  command.input.fingerprint = fingerprint(text, {});
  return f.state.update({f.alice, 0}, std::move(command), f.now += 1000, f.changes);
}

std::vector<std::string> events(const Changes& changes) {
  std::vector<std::string> found;
  for (const AuditAppended& entry : of_kind<AuditAppended>(changes)) found.push_back(entry.event);
  return found;
}

}  // namespace

TEST_CASE(
    "a loop is audited and raises one alert, and a person is asked for until something different is done") {
  StateFixture f;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(say(f, "again")->record.human_reasons & kHumanLoop);
  f.changes.clear();
  CHECK(say(f, "again")->record.human_reasons & kHumanLoop);
  CHECK(events(f.changes) == std::vector<std::string>{"loop_detected", "approval_requested"});
  REQUIRE(of_kind<AlertSaved>(f.changes).size() == 1);
  const Alert alert = of_kind<AlertSaved>(f.changes)[0].alert;
  CHECK(of_kind<AlertSaved>(f.changes)[0].raised);
  CHECK(alert.kind == AlertKind::loop);
  CHECK(alert.agent_id == "x");
  REQUIRE(of_kind<AgentSaved>(f.changes).size() == 1);
  CHECK(of_kind<AgentSaved>(f.changes)[0].profile.loop.kind == LoopKind::repeated_update);

  f.changes.clear();
  for (int i = 0; i < 5; ++i) CHECK(say(f, "again")->record.human_reasons & kHumanLoop);
  CHECK(of_kind<AlertSaved>(f.changes).empty());  // one alert for each cause, not for each update
  CHECK(of_kind<AgentSaved>(f.changes).empty());

  f.changes.clear();
  CHECK_FALSE(say(f, "something else")->record.human_reasons & kHumanLoop);
  CHECK(events(f.changes) == std::vector<std::string>{"loop_ended"});
  REQUIRE(of_kind<AlertSaved>(f.changes).size() == 1);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.key == alert.key);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.resolved_us != 0);
}

TEST_CASE("a person's acknowledgement ends a loop") {
  StateFixture f;
  for (int i = 0; i < 4; ++i) REQUIRE(say(f, "again"));
  const Alert alert = of_kind<AlertSaved>(f.changes).back().alert;
  f.changes.clear();
  const Alert acknowledged = *f.state.acknowledge_alert({f.person, 0}, alert, "seen", f.now, f.changes);
  CHECK(acknowledged.acknowledged_by == "client-of-p");
  CHECK(acknowledged.resolved_us != 0);
  CHECK(f.state.find_agent("x")->profile.loop.kind == LoopKind::none);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(say(f, "again")->record.human_reasons & kHumanLoop);
  f.changes.clear();
  CHECK(say(f, "again")->record.human_reasons & kHumanLoop);
  REQUIRE(of_kind<AlertSaved>(f.changes).size() == 1);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.key != alert.key);  // what comes after is news
  CHECK(of_kind<AlertSaved>(f.changes)[0].raised);
}

TEST_CASE(
    "with the policy block an agent in a loop is refused until its cooldown is over, and told until when") {
  StateFixture f;
  f.state = State(Thresholds{}, StateSeed{}, LoopPolicy::block);
  for (int i = 0; i < 4; ++i) REQUIRE(say(f, "again"));
  const auto refused = say(f, "something else");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::loop_detected);
  CHECK(refused.error().message.find("until 1970-01-01 00:00:06 UTC") != std::string::npos);
  f.now += LoopState::kFirstCooldownUs;
  CHECK(say(f, "something else"));
  CHECK(f.state.find_agent("x")->profile.loop.kind == LoopKind::none);
}
