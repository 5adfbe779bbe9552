#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object shown() {
  return {{"scope", "process"},
          {"own", false},
          {"profile", "default"},
          {"thresholds", {{"risk_approve_threshold", 0.25}, {"lambda1_update_interval", 5}}}};
}

json::object changed() {
  json::object result = shown();
  const json::object change = {{"name", "risk_approve_threshold"}, {"old", 0.25}, {"new", 0.2}};
  result["changed"] = json::array{change};
  return result;
}

}  // namespace

TEST_CASE("thresholds are shown for all, and for one agent", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("get_thresholds", {shown()});
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"thresholds"}, std::vector<std::string>{"thresholds", "show"}}) {
    const auto run = daemon.run(arguments);
    CHECK(run.code == 0);
    CHECK(contains(run.out, "all agents without thresholds of their own (profile default)"));
    CHECK(contains(run.out, "risk_approve_threshold    0.25\n"));
    CHECK(contains(run.out, "lambda1_update_interval      5\n"));
    CHECK(daemon.last().empty());
  }
  daemon.run({"thresholds", "--agent", "ada"});
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}});
  daemon.run({"thresholds", "show", "--agent", "ada"});
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}});
}

TEST_CASE("thresholds are set by name, from a profile, with a reason, and old and new are shown", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("set_thresholds", {changed()});
  const auto run = daemon.run({"thresholds", "set", "risk_approve_threshold=0.2", "lambda1_min=5e-2",
                               "--profile", "strict", "--reason", "trial", "--agent", "ada"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "risk_approve_threshold  0.25  0.2\n"));
  CHECK(daemon.last() ==
        json::object{{"agent_id", "ada"},
                     {"thresholds", {{"risk_approve_threshold", 0.2}, {"lambda1_min", 0.05}}},
                     {"profile", "strict"},
                     {"reason", "trial"}});
  daemon.run({"thresholds", "reset", "--agent", "ada"});
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"reset", true}});
}

TEST_CASE("a value that is no number is refused before the daemon is asked", "[ctl]") {
  RecordingDaemon daemon;
  for (const char* value : {"x", "=1", "a=", "a=b", "a=1x", "a=inf", "a=nan"}) {
    const auto run = daemon.run({"thresholds", "set", value});
    INFO(value);
    CHECK(run.code == 2);
    CHECK(contains(run.err, "NAME=NUMBER"));
  }
  CHECK(daemon.run({"thresholds", "set", "--profile", "lax"}).code == 2);
  CHECK(daemon.run({"thresholds", "bogus"}).code == 2);
  CHECK(daemon.calls().empty());
}
