#include "tests/ctl/recording_daemon.hpp"
#include "tests/ctl/top/top_models.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

TEST_CASE("top --once is one picture as text, with the risks of those it has seen", "[ctl]") {
  RecordingDaemon daemon;
  json::object second = governor::ctl::top::test::busy_overview();
  second["recent"] = {json::object{{"agent_id", "bob"}, {"risk", {0.0, 1.0}}}};
  daemon.will_answer("governor/overview", {governor::ctl::top::test::busy_overview(), second});
  const auto run = daemon.run({"top", "--once", "--sort", "name", "--filter", "b"});
  CHECK(run.code == 0);
  INFO(run.out);
  CHECK(contains(run.out, "AGENTS 1 of 3 like b"));
  CHECK(contains(run.out, "▁█"));
  CHECK(contains(run.out, "- updates/s"));
  CHECK_FALSE(contains(run.out, "q quit"));
  CHECK_FALSE(contains(run.out, "\x1b"));
  CHECK_FALSE(daemon.calls()[0].arguments.contains("recent_of"));
  CHECK(json::serialize(daemon.calls()[1].arguments.at("recent_of")) == R"(["bob","eve","ada"])");
  CHECK(json::parse(daemon.run({"top", "--json"}).out).at("pid").as_int64() == 42);
}

TEST_CASE("top says that it needs a terminal where there is none", "[ctl]") {
  RecordingDaemon daemon;
  const auto run = daemon.run({"top"});
  CHECK(run.code == 1);
  CHECK(contains(run.err, "governorctl top --once"));
  CHECK(daemon.calls().empty());
}
