#include "ctl/top/model.hpp"

#include <cmath>

#include "tests/ctl/top/top_models.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::top;
using namespace governor::ctl::top::test;
namespace json = boost::json;
using Clock = ModelReader::Clock;
using std::chrono::seconds;

TEST_CASE("an overview becomes a model, and rates are of two of them", "[ctl]") {
  ModelReader reader;
  const auto now = Clock::now();
  json::object overview = busy_overview();
  const Model first = reader.read(overview, now);
  CHECK(first.agents.size() == 3);
  CHECK(first.traffic.requests_per_second < 0);
  CHECK(first.leases.at(0).waited_for_by == std::vector<std::string>{"bob"});
  CHECK(first.tasks_ready == 2);
  overview["requests"] = 1100;
  overview["updates"] = 210;
  const Model second = reader.read(overview, now + seconds(4));
  CHECK(second.traffic.requests_per_second == Approx(25.0));
  CHECK(second.traffic.updates_per_second == Approx(2.5));
  // Another daemon counts from the beginning.
  overview["requests"] = 3;
  CHECK(reader.read(overview, now + seconds(5)).traffic.requests_per_second < 0);
  reader.forget_rates();
  overview["requests"] = 30;
  CHECK(reader.read(overview, now + seconds(6)).traffic.requests_per_second < 0);
}

TEST_CASE("risks are asked for where an agent has been updated since, those that matter most first",
          "[ctl]") {
  ModelReader reader;
  const auto now = Clock::now();
  CHECK_FALSE(reader.next_request(500).contains("recent_of"));
  json::object overview = busy_overview();
  (void)reader.read(overview, now);
  CHECK(json::serialize(reader.next_request(500).at("recent_of")) == R"(["bob","eve","ada"])");
  const auto risks_of = [](const char* id, json::array risks) {
    return json::object{{"agent_id", id}, {"risk", std::move(risks)}};
  };
  overview["recent"] = {risks_of("bob", {0.8, nullptr, 0.9}), risks_of("eve", json::array{0.5}),
                        risks_of("ada", {0.1, 0.2})};
  const Model model = reader.read(overview, now);
  REQUIRE(model.find_agent("bob")->risks.size() == 3);
  CHECK(std::isnan(model.find_agent("bob")->risks[1]));
  CHECK_FALSE(reader.next_request(500).contains("recent_of"));
  // What was told is kept until it is not of the newest update any more.
  overview["recent"] = json::array();
  overview["agents"].as_array()[0].as_object()["updates"] = 18;
  CHECK(reader.read(overview, now).find_agent("ada")->risks.size() == 2);
  CHECK(json::serialize(reader.next_request(500).at("recent_of")) == R"(["ada"])");
}

TEST_CASE("what needs a person is told with the most urgent first, and once", "[ctl]") {
  ModelReader reader;
  json::object overview = busy_overview();
  const auto texts = [&] {
    std::vector<std::string> all;
    for (const Need& need : needs_of(reader.read(overview, Clock::now()))) all.push_back(need.text);
    return all;
  };
  CHECK(texts() == std::vector<std::string>{"alert 3, low_disk: 12 MiB are left",
                                            "agent bob is critical, risk 0.90",
                                            "deployment reviewer-1 is waiting: it asks which branch",
                                            "lease 7 of ada on /p/a is waited for by bob"});
  // One that an alert is about already does not come twice.
  overview["alerts"].as_array()[0].as_object()["agent_id"] = "bob";
  CHECK(texts().size() == 3);
  overview["status"] = "failing";
  overview["reasons"] = json::array{"the disk is full"};
  CHECK(texts().front() == "governor is failing: the disk is full");
  overview = {{"status", "ok"}};
  CHECK(texts().empty());
}

TEST_CASE("an overview of another build makes no trouble", "[ctl]") {
  ModelReader reader;
  const Model model = reader.read(
      {{"agents", json::array{1, json::object{{"agent_id", 7}}}}, {"waits", "none"}}, Clock::now());
  REQUIRE(model.agents.size() == 1);
  CHECK(model.agents[0].id == "-");
}
