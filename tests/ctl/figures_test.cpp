// The commands that show the result of one tool: export, calibration, and the filters of agents.
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace json = boost::json;

TEST_CASE("export names the file on the first line", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("export_to_file",
                     {{{"path", "/s/exports/ada.csv"}, {"rows", 1234}, {"bytes", 56789}, {"sha256", "abc"}}});
  const auto run = daemon.run({"export", "ada", "--format", "csv", "--name", "x"});
  CHECK(run.code == 0);
  CHECK(run.out == "/s/exports/ada.csv\n1,234 updates, 56,789 bytes, SHA-256 abc\n");
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"format", "csv"}, {"filename", "x"}});
  CHECK(daemon.run({"export", "ada", "--format", "xml"}).code == 2);
}

TEST_CASE("calibration shows its figures and bins, and what is not known as such", "[ctl]") {
  RecordingDaemon daemon;
  const json::object known = {{"lower", 0.9},
                              {"upper", 1.0},
                              {"count", 4},
                              {"accuracy", 0.75},
                              {"mean_confidence", 0.95},
                              {"calibration_error", 0.2}};
  const json::object empty = {{"lower", 0.0},
                              {"upper", 0.5},
                              {"count", 0},
                              {"accuracy", nullptr},
                              {"mean_confidence", nullptr},
                              {"calibration_error", nullptr}};
  daemon.will_answer("check_calibration", {{{"predictions", 10},
                                            {"with_outcome", 4},
                                            {"waiting", 6},
                                            {"ece", 0.2},
                                            {"brier", nullptr},
                                            {"bins", {empty, known}}}});
  const auto run = daemon.run({"calibration", "--agent", "ada"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "4 of 10 predictions have an outcome, 6 wait for one"));
  CHECK(contains(run.out, "expected calibration error 0.2000, Brier score -"));
  CHECK(contains(run.out, "0.90 to 1.00      4     0.750            0.950  0.200"));
  CHECK(contains(run.out, "0.00 to 0.50      0         -                -      -"));
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}});
}

TEST_CASE("agents passes its filters on to every page", "[ctl]") {
  RecordingDaemon daemon;
  const json::object agent = {
      {"agent_id", "ada"}, {"status", "paused"}, {"health", "healthy"}, {"updates", 3}};
  daemon.will_answer("list_agents", {{{"agents", {agent}}, {"total", 2}, {"next_cursor", "ada"}},
                                     {{"agents", {agent}}, {"total", 2}}});
  const auto run =
      daemon.run({"agents", "--status", "paused", "--health", "healthy", "--tag", "t", "--text", "x"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "ada    paused  healthy"));
  REQUIRE(daemon.calls().size() == 2);
  for (const auto& call : daemon.calls()) {
    CHECK(call.arguments.at("status").as_string() == "paused");
    CHECK(call.arguments.at("health").as_string() == "healthy");
    CHECK(call.arguments.at("tag").as_string() == "t");
    CHECK(call.arguments.at("text").as_string() == "x");
  }
  CHECK(daemon.run({"agents", "--status", "asleep"}).code == 2);
}

TEST_CASE("agents --summary shows the counts alone", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("list_agents", {{{"total", 1234},
                                      {"by_status", {{"active", 1200}, {"paused", 34}}},
                                      {"by_health", {{"critical", 1}}}}});
  const auto run = daemon.run({"agents", "--summary"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "1,234 agents"));
  CHECK(contains(run.out, "active   1,200"));
  CHECK(contains(run.out, "critical       1"));
  CHECK(daemon.last() == json::object{{"summary_only", true}});
}

TEST_CASE("each command without a daemon is exit code 3 and says what to do", "[ctl]") {
  const TemporaryDirectory directory;
  const std::vector<std::vector<std::string>> commands = {{"history", "ada"},
                                                          {"thresholds"},
                                                          {"audit"},
                                                          {"audit", "verify"},
                                                          {"alerts"},
                                                          {"calibration"},
                                                          {"diagnose"},
                                                          {"export", "ada"},
                                                          {"pause", "ada"},
                                                          {"audit", "--follow"},
                                                          {"alerts", "ack", "1"},
                                                          {"agents", "--summary"}};
  for (const auto& arguments : commands) {
    CAPTURE(arguments);
    const auto run = run_governorctl(directory.path(), arguments);
    CHECK(run.code == 3);
    CHECK(contains(run.err, "no daemon is running"));
    CHECK(run.out.empty());
  }
}
