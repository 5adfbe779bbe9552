// record_outcome, check_calibration and get_telemetry_metrics, as clients see them.
#include <boost/json.hpp>
#include <cmath>
#include <random>
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

std::string update(ToolCaller& call, const std::string& id, double confidence) {
  const json::object said = call("process_agent_update", {{"agent_id", id}, {"confidence", confidence}});
  return std::string(said.at("prediction_id").as_string());
}

json::object outcome(const std::string& prediction, bool correct) {
  return {{"prediction_id", prediction}, {"correct", correct}, {"source", "test"}};
}

double number(const json::value& value) {
  return value.to_number<double>();
}

}  // namespace

TEST_CASE("an outcome is recorded under the id that the update returned, and found again after a restart") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  const std::string id = update(call, "ada", 0.9);
  CHECK(id == "ada/1");
  json::object first = outcome(id, true);
  first["detail"] = "12 of 12 passed";
  const json::object said = call("record_outcome", first);
  CHECK(said.at("prediction_id").as_string() == "ada/1");
  CHECK(said.at("agent_id").as_string() == "ada");
  CHECK(said.at("correct").as_bool());
  CHECK(said.at("source").as_string() == "test");
  CHECK(number(said.at("confidence")) == 0.9);
  CHECK_FALSE(said.at("replaced").as_bool());

  CHECK(call("record_outcome", outcome(id, true)) == said);  // the same again
  daemon.restart();
  ToolCaller later(daemon.socket(), "b");
  CHECK(later("record_outcome", outcome(id, true)) == said);
  const json::object other = later("record_outcome", outcome(id, false));
  CHECK(other.at("replaced").as_bool());
  CHECK_FALSE(other.at("correct").as_bool());
  CHECK_FALSE(later("record_outcome", outcome(id, false)).at("replaced").as_bool());

  const json::object log = later("query_audit_log", {{"event", "outcome_recorded"}});
  REQUIRE(log.at("entries").as_array().size() == 5);
  CHECK(log.at("entries").as_array()[1].at("detail").as_string() ==
        "ada/1 was wrong, told by test, instead of right");
  CHECK(log.at("entries").as_array()[4].at("detail").as_string() ==
        "ada/1 was right, told by test: 12 of 12 passed");
  CHECK(log.at("entries").as_array()[4].at("agent_id").as_string() == "ada");
}

TEST_CASE("an outcome of what was never predicted is refused, and so is one that says too little") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  update(call, "ada", 0.9);
  for (const char* unknown : {"ada/2", "nobody/1"}) {
    const json::object error = call.refused("record_outcome", outcome(unknown, true));
    CHECK(error.at("code").as_string() == "not_found");
    CHECK(error.at("field").as_string() == "prediction_id");
    CHECK(error.at("given").as_string() == unknown);
  }
  for (const char* wrong : {"ada", "ada/0", "ada/one", "/1"}) {
    const json::object error = call.refused("record_outcome", outcome(wrong, true));
    CHECK(error.at("code").as_string() == "invalid_argument");
    CHECK(error.at("field").as_string() == "prediction_id");
  }
  for (const char* field : {"prediction_id", "correct", "source"}) {
    json::object arguments = outcome("ada/1", true);
    arguments.erase(field);
    CHECK(call.refused("record_outcome", arguments).at("field").as_string() == field);
  }
  json::object arguments = outcome("ada/1", true);
  arguments["source"] = "rumour";
  CHECK(call.refused("record_outcome", arguments).at("field").as_string() == "source");
  CHECK(call("check_calibration", {}).at("with_outcome").as_int64() == 0);
}

TEST_CASE("outcomes that come at once are told apart, each replaced by the next") {
  DaemonFixture daemon({4, 4096, std::chrono::milliseconds(0)});
  TestClient client(daemon.socket());
  client.hello("a");
  client.update(1, "ada");
  constexpr std::uint64_t kCount = 40;
  for (std::uint64_t n = 0; n < kCount; ++n) {
    client.send_tool(2 + n, "record_outcome", json::serialize(outcome("ada/1", n % 2 == 0)));
  }
  for (std::uint64_t n = 0; n < kCount; ++n) {
    const json::object said = client.result(2 + n);
    CHECK(said.at("correct").as_bool() == (n % 2 == 0));
    CHECK(said.at("replaced").as_bool() == (n > 0));
  }
}

TEST_CASE("a line that records an outcome is applied once, though it is sent again") {
  DaemonFixture daemon;
  json::object first;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.update(1, "ada");
    first = client.call(2, "record_outcome", json::serialize(outcome("ada/1", true)));
    client.call(3, "record_outcome", json::serialize(outcome("ada/1", false)));
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a");
  CHECK(client.call(2, "record_outcome", json::serialize(outcome("ada/1", true))) == first);
  CHECK(daemon.stored("SELECT correct FROM outcome") == 0);
  CHECK(daemon.stored("SELECT count(*) FROM audit WHERE event = 'outcome_recorded'") == 2);
}

TEST_CASE("calibration is that computed by hand, over predictions with an outcome") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  json::object said = call("check_calibration", {});
  CHECK(said.at("scope").as_string() == "process");
  CHECK(said.at("predictions").as_int64() == 0);
  CHECK(said.at("ece").is_null());
  CHECK(said.at("brier").is_null());
  CHECK(said.at("calibrated").is_null());
  CHECK(said.at("bins").as_array().size() == 5);
  for (const bool right : {true, true, false, true}) {
    call("record_outcome", outcome(update(call, "ada", 0.95), right));
  }
  call("record_outcome", outcome(update(call, "ada", 0.6), true));
  call("record_outcome", outcome(update(call, "bob", 0.6), false));
  update(call, "ada", 0.1);
  said = call("check_calibration", {});
  CHECK(said.at("predictions").as_int64() == 7);
  CHECK(said.at("with_outcome").as_int64() == 6);
  CHECK(said.at("waiting").as_int64() == 1);
  CHECK(number(said.at("ece")) == Approx((4 * 0.20 + 2 * 0.10) / 6));
  CHECK(number(said.at("brier")) == Approx((3 * 0.0025 + 0.9025 + 0.16 + 0.36) / 6));
  CHECK(said.at("calibrated").is_null());  // of six outcomes nothing follows
  const json::object& last = said.at("bins").as_array()[4].as_object();
  CHECK(number(last.at("lower")) == 0.9);
  CHECK(number(last.at("upper")) == 1.0);
  CHECK(last.at("count").as_int64() == 4);
  CHECK(number(last.at("accuracy")) == 0.75);
  CHECK(number(last.at("mean_confidence")) == Approx(0.95));
  CHECK(number(last.at("calibration_error")) == Approx(0.2));
  CHECK(said.at("bins").as_array()[0].at("accuracy").is_null());

  said = call("check_calibration", of("bob"));
  CHECK(said.at("scope").as_string() == "agent");
  CHECK(said.at("agent_id").as_string() == "bob");
  CHECK(said.at("predictions").as_int64() == 1);
  CHECK(number(said.at("brier")) == Approx(0.36));
  CHECK(call.refused("check_calibration", of("nobody")).at("code").as_string() == "not_found");
}

TEST_CASE("who is right as often as he is sure is calibrated, who is always sure and half right is not") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  for (int n = 0; n < 20; ++n) {
    call("record_outcome", outcome(update(call, "honest", 0.75), n % 4 != 0));
    call("record_outcome", outcome(update(call, "boastful", 1.0), n % 2 == 0));
  }
  CHECK(call("check_calibration", of("honest")).at("calibrated").as_bool());
  CHECK_FALSE(call("check_calibration", of("boastful")).at("calibrated").as_bool());
  CHECK(number(call("check_calibration", of("boastful")).at("ece")) == Approx(0.5));
}

TEST_CASE("telemetry tells skips, confidence and what looks suspicious, per agent and window") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  for (int n = 1; n <= 10; ++n) {
    update(call, "agreeable", n % 5 == 0 ? 0.9 : 0.5);
    update(call, "timid", n % 5 == 0 ? 0.5 : 1.0);
  }
  json::object said = call("get_telemetry_metrics", of("agreeable"));
  CHECK(said.at("scope").as_string() == "agent");
  CHECK(said.at("updates").as_int64() == 10);
  CHECK(said.at("due").as_int64() == 2);
  CHECK(said.at("skips").as_int64() == 0);
  CHECK(number(said.at("skip_rate")) == 0.0);
  CHECK(number(said.at("confidence").at("mean")) == Approx(0.58));
  CHECK(number(said.at("confidence").at("max")) == 0.9);
  REQUIRE(said.at("suspicious").as_array().size() == 1);
  CHECK(said.at("suspicious").as_array()[0].at("pattern").as_string() == "agreeableness");

  said = call("get_telemetry_metrics", of("timid"));
  CHECK(number(said.at("skip_rate")) == 1.0);
  REQUIRE(said.at("suspicious").as_array().size() == 1);
  CHECK(said.at("suspicious").as_array()[0].at("pattern").as_string() == "over_conservatism");
  CHECK(call("get_telemetry_metrics", {{"agent_id", "timid"}, {"window", 9}})
            .at("suspicious")
            .as_array()
            .empty());

  said = call("get_telemetry_metrics", {});
  CHECK(said.at("scope").as_string() == "process");
  CHECK(said.at("updates").as_int64() == 20);
  CHECK(number(said.at("skip_rate")) == 0.5);
  const json::object& decisions = said.at("decisions").as_object();
  CHECK(decisions.at("approve").as_int64() + decisions.at("revise").as_int64() +
            decisions.at("reject").as_int64() ==
        20);
  CHECK(call("get_telemetry_metrics", {{"window", 3}}).at("updates").as_int64() == 3);
  CHECK(call.refused("get_telemetry_metrics", of("nobody")).at("code").as_string() == "not_found");
}

TEST_CASE("telemetry can be limited to the last hours") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  for (int n = 0; n < 3; ++n) update(call, "ada", 0.9);
  daemon.advance_clock(std::chrono::hours(2));
  for (int n = 0; n < 4; ++n) update(call, "ada", 0.9);
  CHECK(call("get_telemetry_metrics", of("ada")).at("updates").as_int64() == 7);
  CHECK(call("get_telemetry_metrics", {{"agent_id", "ada"}, {"hours", 1}}).at("updates").as_int64() == 4);
  CHECK(call("get_telemetry_metrics", {{"hours", 1}}).at("updates").as_int64() == 4);
  CHECK(call("get_telemetry_metrics", {{"hours", 3}}).at("updates").as_int64() == 7);
  CHECK(call.refused("get_telemetry_metrics", {{"hours", 0}}).at("field").as_string() == "hours");
}

TEST_CASE("a skip is due by the interval of its agent's own thresholds") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  for (const char* id : {"own", "common"}) call("register_agent", of(id));
  call("set_thresholds", {{"agent_id", "own"}, {"thresholds", {{"lambda1_update_interval", 2}}}});
  for (int n = 0; n < 10; ++n) {
    update(call, "own", 0.9);
    update(call, "common", 0.9);
  }
  CHECK(call("get_telemetry_metrics", of("own")).at("due").as_int64() == 5);
  CHECK(call("get_telemetry_metrics", of("common")).at("due").as_int64() == 2);
  CHECK(call("get_telemetry_metrics", {}).at("due").as_int64() == 7);
}
