// governor/overview: what `governorctl top` shows, in one answer.
#include <algorithm>

#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

struct OverviewFixture : FileFixture {
  json::object overview(const json::object& params = {}) {
    const json::object reply = person.ask("governor/overview", params);
    INFO(json::serialize(reply));
    REQUIRE(reply.contains("result"));
    return reply.at("result").as_object();
  }
  Writer ada{*this, "ada"};
  Writer bob{*this, "b0b"};
  Writer person{*this, "fee", "person"};
};

}  // namespace

TEST_CASE(
    "an overview has agents at work, the newest risks of those that are asked for, and how busy it is") {
  OverviewFixture f;
  f.ada.call("register_agent", {{"agent_id", "ada"}});
  f.bob.call("register_agent", {{"agent_id", "bob"}});
  f.bob.call("archive_agent", {{"agent_id", "bob"}});
  for (int i = 0; i < 3; ++i) f.ada.call("process_agent_update", {{"complexity", 0.3 * i}});
  f.ada.call("define_task", {{"task_id", "t"}, {"title", "do it"}});
  const auto seen = f.overview({{"recent_of", {"ada", "nobody"}}, {"recent", 2}});
  REQUIRE(seen.at("agents").as_array().size() == 1);
  CHECK(text_of(seen.at("agents").at(0).at("agent_id")) == "ada");
  REQUIRE(seen.at("recent").as_array().size() == 1);
  const auto& risks = seen.at("recent").at(0).at("risk").as_array();
  REQUIRE(risks.size() == 2);
  CHECK(risks.at(1) == seen.at("agents").at(0).at("metrics").at("risk_score"));
  CHECK(text_of(seen.at("status")) == "ok");
  CHECK(seen.at("updates").as_int64() == 3);
  CHECK(seen.at("tasks").at("ready").as_int64() == 1);
  CHECK(f.overview().at("recent").as_array().empty());
}

TEST_CASE("an overview says which leases others wait for, and whatever nobody has seen yet") {
  OverviewFixture f;
  f.ada.call("register_agent", {{"agent_id", "ada"}});
  f.bob.call("register_agent", {{"agent_id", "bob"}});
  const auto lease = f.ada.lease(f.file("a.txt"));
  f.ada.lease(f.file("b.txt"));
  f.bob.client.send_tool(++f.bob.line, "request_write",
                         json::serialize(json::object{{"paths", {f.file("a.txt")}}, {"wait_seconds", 300}}));
  json::object seen;
  for (int look = 0; look < 100'000; ++look) {
    seen = f.overview();
    if (!seen.at("waits").as_array().empty()) break;
  }
  REQUIRE(seen.at("waits").as_array().size() == 1);
  CHECK(seen.at("waits").at(0).at("behind") == json::array{lease});
  CHECK(text_of(seen.at("waits").at(0).at("waiter").at("agent_id")) == "bob");
  CHECK(seen.at("leases").as_array().size() == 2);
  CHECK(seen.at("alerts").as_array().empty());
  for (int i = 0; i < 5; ++i) f.ada.call("process_agent_update", {{"response_text", "again"}});
  CHECK(f.overview().at("alerts").as_array().size() == 1);
}
