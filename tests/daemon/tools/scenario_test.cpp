// The model's own scenarios, as a client lives through them.
#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

json::array steps_of(const std::string& scenario) {
  std::ifstream file(GOVERNOR_GOLDEN_DIR "/" + scenario + ".json");
  REQUIRE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).at("steps").as_array();
}

}  // namespace

TEST_CASE("a collapse and recovery over the socket: decisions of all kinds, and sampling that follows") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  std::set<std::string> actions;
  double lowest = 1.0;
  int good_needed = 0;
  int step = 0;
  for (const json::value& one : steps_of("collapse_and_recovery")) {
    ++step;
    json::object arguments = one.at("input").as_object();
    arguments["agent_id"] = "ada";
    arguments["detail"] = "full";
    const json::object said = call("process_agent_update", arguments);
    INFO("step " << step);
    const std::string action(said.at("decision").at("action").as_string());
    CHECK(action == one.at("output").at("action").as_string());
    actions.insert(action);
    const double lambda1 = said.at("metrics").at("lambda1").as_double();
    CHECK(lambda1 == Approx(one.at("output").at("lambda1").as_double()).margin(1e-12));
    CHECK(said.at("sampling_params").at("max_tokens").as_int64() == std::floor(100 + 400 * lambda1));
    lowest = std::min(lowest, lambda1);
    if (step > 10 && lambda1 > 0.10 && good_needed == 0) good_needed = step - 10;
    // Half way a new daemon goes on from what is stored.
    if (step == 30) {
      daemon.restart();
      call = ToolCaller(daemon.socket(), "b");
    }
  }
  CHECK(actions == std::set<std::string>{"approve", "revise", "reject"});
  CHECK(lowest < 0.06);
  CHECK(good_needed > 0);
  CHECK(good_needed <= 40);
}

TEST_CASE("an agent at rest is advised 0.563, 0.859 and 136, before and at its first updates") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  call("register_agent", of("ada"));
  const json::object all_of_ada{{"agent_id", "ada"}, {"detail", "full"}};
  json::object said = call("get_governance_metrics", all_of_ada);
  for (int n = 0; n < 4; ++n) {
    const json::object& sampling = said.at("sampling_params").as_object();
    CHECK(sampling.at("temperature").as_double() == Approx(0.563));
    CHECK(sampling.at("top_p").as_double() == Approx(0.859));
    CHECK(sampling.at("max_tokens").as_int64() == 136);
    CHECK(sampling.at("advisory").as_bool());
    said = call("process_agent_update", all_of_ada);
  }
}
