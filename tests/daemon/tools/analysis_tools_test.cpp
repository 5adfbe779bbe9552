#include <boost/json.hpp>
#include <set>
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

json::object report(const std::string& id, double level, double drift = 0.0) {
  return {{"agent_id", id},
          {"parameters", {level, level}},
          {"ethical_drift", {drift, drift, drift}},
          {"complexity", 0.2}};
}

/// Some quiet updates, then some without rhyme or reason.
void collapse(ToolCaller& call, const std::string& id, int updates) {
  for (int n = 0; n < 12; ++n) call("process_agent_update", report(id, 0.5));
  for (int n = 0; n < updates; ++n) call("process_agent_update", report(id, n % 2 == 0 ? 0.9 : 0.1, 0.5));
}

std::set<std::string> ids_of(const json::array& anomalies) {
  std::set<std::string> ids;
  for (const json::value& anomaly : anomalies) ids.emplace(anomaly.at("agent_id").as_string());
  return ids;
}

}  // namespace

TEST_CASE("an agent without updates is observed as one that has just begun") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  call("register_agent", of("ada"));
  const json::object said = call("observe_agent", {});  // the session's own
  CHECK(said.at("agent_id").as_string() == "ada");
  CHECK(said.at("health").at("status").as_string() == "unknown");
  CHECK(said.at("updates").as_int64() == 0);
  CHECK(said.at("trend").as_string() == "stable");
  CHECK(said.at("anomalies").as_array().empty());
  CHECK(said.at("summary").at("updates").as_int64() == 0);
  CHECK(said.at("summary").at("mean_risk").is_null());
  CHECK(said.at("metrics").at("E").as_double() == 0.7);
  CHECK(said.at("timestamp").is_null());
}

TEST_CASE("an observation tells trends and anomalies, and sums up as many updates as asked for") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  collapse(call, "ada", 3);
  const json::object said = call("observe_agent", {{"agent_id", "ada"}, {"window", 7}});
  CHECK(said.at("trends").at("risk").as_string() == "increasing");
  CHECK(said.at("trends").at("coherence").as_string() == "decreasing");
  CHECK(said.at("trends").as_object().size() == 6);
  CHECK(said.at("trend").as_string() == "degrading");
  REQUIRE(said.at("anomalies").as_array().size() == 2);
  CHECK(said.at("anomalies").as_array()[0].at("kind").as_string() == "risk_spike");
  CHECK(said.at("anomalies").as_array()[1].at("kind").as_string() == "coherence_drop");
  const json::object& summary = said.at("summary").as_object();
  CHECK(summary.at("updates").as_int64() == 7);
  const json::object& decisions = summary.at("decisions").as_object();
  CHECK(decisions.at("approve").as_int64() + decisions.at("revise").as_int64() +
            decisions.at("reject").as_int64() ==
        7);
  double risk = 0.0;
  const json::object rows = call("get_system_history", {{"agent_id", "ada"}, {"limit", 7}});
  for (const json::value& row : rows.at("rows").as_array()) risk += row.at("risk_score").as_double() / 7;
  CHECK(summary.at("mean_risk").as_double() == Approx(risk));
}

TEST_CASE("a reset ends trends and anomalies") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  collapse(call, "ada", 3);
  reset_by_person(daemon.socket(), "ada");
  for (int n = 0; n < 3; ++n) {
    const json::object said = call("observe_agent", of("ada"));
    CHECK(said.at("epoch").as_int64() == 2);
    CHECK(said.at("updates").as_int64() == n);
    CHECK(said.at("summary").at("updates").as_int64() == n);
    CHECK(said.at("trend").as_string() == "stable");
    CHECK(said.at("anomalies").as_array().empty());
    CHECK(call("detect_anomalies", {}).at("count").as_int64() == 0);
    call("process_agent_update", report("ada", 0.5));
  }
}

TEST_CASE("the history of one epoch is that of this epoch alone, page by page") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  collapse(call, "ada", 3);
  const std::int64_t first_epoch = call("get_system_history", of("ada")).at("total").as_int64();
  reset_by_person(daemon.socket(), "ada");
  for (int n = 0; n < 3; ++n) call("process_agent_update", report("ada", 0.5));
  const json::object newer = call("get_system_history", {{"agent_id", "ada"}, {"epoch", 2}});
  CHECK(newer.at("count").as_int64() == 3);
  CHECK_FALSE(newer.contains("next_before"));
  std::int64_t seen = 0;
  json::object arguments{{"agent_id", "ada"}, {"epoch", 1}, {"limit", 4}};
  for (int page = 0; page < 20; ++page) {
    const json::object older = call("get_system_history", arguments);
    for (const json::value& row : older.at("rows").as_array()) CHECK(row.at("epoch").as_int64() == 1);
    seen += older.at("count").as_int64();
    if (!older.contains("next_before")) break;
    arguments["before_update"] = older.at("next_before");
  }
  CHECK(seen == first_epoch);
  CHECK(call("get_system_history", {{"agent_id", "ada"}, {"epoch", 9}}).at("count").as_int64() == 0);
}

TEST_CASE("a comparison names who is lowest and highest in what, in the order asked for") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  collapse(call, "bad", 3);
  collapse(call, "good", 0);
  collapse(call, "twin", 0);
  const json::object said = call("compare_agents", {{"agent_ids", {"good", "bad"}}});
  CHECK(said.at("agents").as_array()[0].at("agent_id").as_string() == "good");
  CHECK(said.at("agents").as_array()[1].at("agent_id").as_string() == "bad");
  const json::array& differences = said.at("differences").as_array();
  REQUIRE_FALSE(differences.empty());
  bool risk_seen = false;
  double previous = 1e9;
  for (const json::value& difference : differences) {
    const double spread = difference.at("spread").as_double();
    CHECK(spread <= previous);
    previous = spread;
    CHECK(spread == Approx(difference.at("highest").at("value").as_double() -
                           difference.at("lowest").at("value").as_double()));
    if (difference.at("metric").as_string() != "risk_score") continue;
    risk_seen = true;
    CHECK(difference.at("highest").at("agent_id").as_string() == "bad");
    CHECK(difference.at("lowest").at("agent_id").as_string() == "good");
  }
  CHECK(risk_seen);
  CHECK(said.at("similarity").as_double() < 0.5);
  const json::object twins = call("compare_agents", {{"agent_ids", {"good", "twin"}}});
  CHECK(twins.at("differences").as_array().empty());
  CHECK(twins.at("similarity").to_number<double>() == 1.0);
}

TEST_CASE("what cannot be compared is refused by name, an agent without updates is not") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  call("register_agent", of("new"));
  call("process_agent_update", report("ada", 0.5));
  const json::object said = call("compare_agents", {{"agent_ids", {"ada", "new"}}});
  CHECK(said.at("similarity").is_null());
  CHECK(said.at("agents").as_array()[1].at("health").at("status").as_string() == "unknown");
  CHECK(call.refused("compare_agents", {{"agent_ids", {"ada", "nobody"}}}).at("given").as_string() ==
        "nobody");
  CHECK(call.refused("compare_agents", {{"agent_ids", {"ada", "ada"}}}).at("field").as_string() ==
        "agent_ids");
  CHECK(call.refused("compare_agents", {{"agent_ids", {"ada"}}}).at("field").as_string() == "agent_ids");
  CHECK(call.refused("compare_agents", {}).at("field").as_string() == "agent_ids");
}

TEST_CASE("the fleet is counted by tag and status, and the degrading and critical are named") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  collapse(call, "bad", 3);
  collapse(call, "good", 0);
  call("register_agent", {{"agent_id", "new"}, {"tags", {"team"}}});
  call("update_agent_metadata", {{"agent_id", "good"}, {"tags", {"team"}}});
  call("archive_agent", of("good"));
  json::object said = call("aggregate_metrics", {});
  CHECK(said.at("agents").as_int64() == 3);
  CHECK(said.at("with_updates").as_int64() == 2);
  CHECK(said.at("by_status").at("active").as_int64() == 2);
  CHECK(said.at("by_status").at("archived").as_int64() == 1);
  CHECK(said.at("by_health").at("unknown").as_int64() == 1);
  CHECK(said.at("by_trend").at("degrading").as_int64() == 1);
  CHECK(said.at("degrading").as_array() == json::array{"bad"});
  CHECK(said.at("critical").as_array() == json::array{"bad"});
  said = call("aggregate_metrics", {{"tag", "team"}});
  CHECK(said.at("agents").as_int64() == 2);
  said = call("aggregate_metrics", {{"tag", "team"}, {"status", "archived"}});
  CHECK(said.at("agents").as_int64() == 1);
  const double risk = call("get_governance_metrics", {{"agent_id", "good"}, {"detail", "full"}})
                          .at("metrics")
                          .at("risk_score")
                          .as_double();
  CHECK(said.at("mean_risk").as_double() == risk);
  call("delete_agent", {{"agent_id", "bad"}, {"confirm", true}});
  CHECK(call("aggregate_metrics", {}).at("agents").as_int64() == 2);
  CHECK(call("aggregate_metrics", {{"status", "deleted"}}).at("agents").as_int64() == 1);
  CHECK(call("detect_anomalies", {}).at("checked").as_int64() == 2);
  CHECK(call.refused("aggregate_metrics", {{"status", "gone"}}).at("field").as_string() == "status");
}

TEST_CASE("anomalies are found in all agents or in those named, page by page") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  const std::set<std::string> bad{"bad-0", "bad-1", "bad-2", "bad-3", "bad-4"};
  for (const std::string& id : bad) {
    collapse(call, id, 3);
    collapse(call, "good" + id, 0);
  }
  const json::object all = call("detect_anomalies", {});
  CHECK(all.at("checked").as_int64() == 10);
  CHECK(all.at("count").as_int64() == static_cast<std::int64_t>(all.at("anomalies").as_array().size()));
  CHECK(ids_of(all.at("anomalies").as_array()) == bad);
  CHECK_FALSE(all.contains("next_cursor"));

  std::set<std::string> seen;
  std::int64_t checked = 0;
  json::object request{{"limit", 3}};
  for (int page = 0; page < 10; ++page) {
    const json::object said = call("detect_anomalies", request);
    CHECK(said.at("anomalies").as_array().size() <= 3);
    for (const std::string& id : ids_of(said.at("anomalies").as_array())) CHECK(seen.insert(id).second);
    checked += said.at("checked").as_int64();
    if (!said.contains("next_cursor")) break;
    request["cursor"] = said.at("next_cursor");
  }
  CHECK(seen == bad);
  CHECK(checked == 10);

  const json::object named = call("detect_anomalies", {{"agent_ids", {"goodbad-1", "bad-3"}}});
  CHECK(named.at("checked").as_int64() == 2);
  CHECK(ids_of(named.at("anomalies").as_array()) == std::set<std::string>{"bad-3"});
  CHECK(call.refused("detect_anomalies", {{"agent_ids", {"nobody"}}}).at("code").as_string() == "not_found");
  CHECK(call.refused("detect_anomalies", {{"cursor", "x"}}).at("field").as_string() == "cursor");
}

TEST_CASE("mild anomalies can be left out") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  collapse(call, "ada", 3);
  int high = 0;
  const json::object all = call("detect_anomalies", {});
  for (const json::value& one : all.at("anomalies").as_array()) {
    high += one.at("severity").as_string() == "high" ? 1 : 0;
  }
  reset_by_person(daemon.socket(), "ada");
  collapse(call, "mild", 0);
  // A little incoherence: the coherence falls by about 0.07.
  for (int n = 0; n < 3; ++n) call("process_agent_update", report("mild", n % 2 == 0 ? 0.525 : 0.5));
  CHECK(high > 0);
  const json::object mild = call("detect_anomalies", {{"agent_ids", {"mild"}}});
  REQUIRE(mild.at("count").as_int64() == 1);
  CHECK(mild.at("anomalies").as_array()[0].at("severity").as_string() == "medium");
  CHECK(call("detect_anomalies", {{"min_severity", "high"}}).at("count").as_int64() == 0);
}
