// observe, compare, anomalies, summary, telemetry, record-outcome.
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

void check_shows(const Run& run, std::initializer_list<const char*> parts) {
  CAPTURE(run.out, run.err);
  CHECK(run.code == 0);
  for (const char* part : parts) {
    CAPTURE(part);
    CHECK(contains(run.out, part));
  }
}

}  // namespace

TEST_CASE("observe shows where an agent is heading", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer(
      "observe_agent",
      {{{"agent_id", "ada"},
        {"health", {{"status", "degraded"}}},
        {"trend", "degrading"},
        {"trends", {{"risk", "degrading"}, {"E", "stable"}}},
        {"anomalies", {json::object{{"severity", "high"}, {"message", "its risk rose by 0.3"}}}},
        {"summary",
         {{"updates", 50}, {"mean_risk", 0.5371}, {"mean_coherence", 0.645}, {"decisions", {{"revise", 7}}}}},
        {"metrics", {{"risk_score", 0.6666}, {"E", 0.7}}}}});
  check_shows(daemon.run({"observe", "ada", "--window", "50"}),
              {"ada: degraded, degrading", "50 updates", "0.537", "7 revise", "high: its risk rose by 0.3",
               "risk    0.667  degrading"});
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"window", 50}});
}

TEST_CASE("compare shows agents side by side and where they are apart", "[ctl]") {
  RecordingDaemon daemon;
  const json::object difference{{"metric", "I"},
                                {"lowest", {{"agent_id", "bob"}, {"value", 0.809}}},
                                {"highest", {{"agent_id", "ada"}, {"value", 0.877}}},
                                {"spread", 0.068}};
  daemon.will_answer("compare_agents", {{{"agents", {json::object{{"agent_id", "ada"}, {"trend", "stable"}}}},
                                         {"differences", {difference}},
                                         {"similarity", 0.68}}});
  check_shows(daemon.run({"compare", "ada", "bob"}), {"stable", "0.809, bob", "0.877, ada", "0.068", "0.68"});
  CHECK(daemon.last() == json::object{{"agent_ids", json::array{"ada", "bob"}}});
  CHECK(daemon.run({"compare", "ada"}).code == 2);
}

TEST_CASE("anomalies are looked for in all agents, page by page", "[ctl]") {
  RecordingDaemon daemon;
  const json::object anomaly{{"agent_id", "ada"},
                             {"severity", "high"},
                             {"kind", "risk_spike"},
                             {"change", 0.31},
                             {"message", "rose"}};
  const json::object page{{"checked", 40}, {"count", 1}, {"anomalies", {anomaly}}, {"next_cursor", "40"}};
  const json::object last{{"checked", 2}, {"count", 0}, {"anomalies", json::array()}};
  daemon.will_answer("detect_anomalies", {page, last, page, last, last});
  const auto run = daemon.run({"anomalies", "--severity", "high", "--exit-code"});
  CHECK(run.code == 4);
  for (const char* part : {"ada", "risk_spike", "0.310", "42 agents looked at"})
    CHECK(contains(run.out, part));
  CHECK(json::parse(daemon.run({"anomalies", "--json"}).out).at("checked").as_int64() == 42);
  check_shows(daemon.run({"anomalies", "ada", "bob", "--exit-code"}), {"none of them changed suddenly"});
  CHECK(json::serialize(daemon.last().at("agent_ids")) == R"(["ada","bob"])");
}

TEST_CASE("summary and telemetry sum agents up", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("aggregate_metrics", {{{"agents", 5},
                                            {"with_updates", 4},
                                            {"mean_risk", 0.4061},
                                            {"by_health", {{"healthy", 0}, {"degraded", 5}}},
                                            {"critical", json::array{"ada"}}}});
  check_shows(daemon.run({"summary", "--tag", "core"}),
              {"5 agents, 4 with updates", "0.406", "5 degraded", "critical: ada"});
  CHECK(daemon.last() == json::object{{"tag", "core"}});
  daemon.will_answer(
      "get_telemetry_metrics",
      {{{"agent_id", "ada"},
        {"updates", 30},
        {"due", 3},
        {"skips", 1},
        {"skip_rate", 0.3333},
        {"confidence", {{"mean", 0.65}}},
        {"suspicious", {json::object{{"pattern", "agreeableness"}, {"message", "it is never unsure"}}}}}});
  check_shows(daemon.run({"telemetry", "--agent", "ada"}),
              {"ada: 30 updates", "adapted 3 times, and was not 1 time for", "skip rate 0.333", "0.650",
               "agreeableness: it is never unsure"});
}

TEST_CASE("record-outcome says how a prediction turned out, for a person unless it is said otherwise",
          "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("record_outcome",
                     {{{"prediction_id", "ada/3"}, {"correct", false}, {"confidence", 0.8}}});
  check_shows(daemon.run({"record-outcome", "ada/3", "wrong", "--detail", "the build broke"}),
              {"ada/3 turned out wrong", "0.80"});
  CHECK(daemon.last() == json::object{{"prediction_id", "ada/3"},
                                      {"correct", false},
                                      {"source", "person"},
                                      {"detail", "the build broke"}});
  CHECK(daemon.run({"record-outcome", "ada/3", "right", "--source", "test"}).code == 0);
  CHECK(daemon.last().at("correct").as_bool());
  CHECK(daemon.run({"record-outcome", "ada/3", "maybe"}).code == 2);
}
