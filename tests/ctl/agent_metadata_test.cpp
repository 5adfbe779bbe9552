// What people write down about agents: tags, notes, purpose, pin.
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object metadata(json::array tags, const std::string& notes = "") {
  json::object result{
      {"agent_id", "ada"}, {"tags", std::move(tags)}, {"pinned", true}, {"purpose", "the parser"}};
  result["notes"] = notes;
  return result;
}

}  // namespace

TEST_CASE("tags are added to those there are, taken away, or replaced", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("get_agent_metadata", {metadata(json::array{"core", "old"})});
  daemon.will_answer("update_agent_metadata", {metadata(json::array{"core", "new"})});
  const auto sent = [&](std::vector<std::string> arguments) {
    CHECK(daemon.run(arguments).code == 0);
    return json::serialize(daemon.last_of("update_agent_metadata").at("tags"));
  };
  CHECK(sent({"tags", "add", "ada", "new", "core"}) == R"(["core","old","new"])");
  CHECK(sent({"tags", "remove", "ada", "old", "none"}) == R"(["core"])");
  CHECK(sent({"tags", "set", "ada", "a", "b", "a"}) == R"(["a","b"])");
  CHECK(sent({"tags", "set", "ada"}) == "[]");
  CHECK(daemon.run({"tags", "add", "ada", "new"}).out == "ada: core, new\n");
  CHECK(daemon.run({"tags", "show", "ada"}).out == "ada: core, old\n");
  CHECK(json::parse(daemon.run({"tags", "show", "ada", "--json"}).out) ==
        json::value{{"agent_id", "ada"}, {"tags", json::array{"core", "old"}}});
  CHECK(daemon.run({"tags", "add", "ada"}).code == 2);
  CHECK(daemon.run({"tags"}).code == 2);
}

TEST_CASE("notes are added after those there are, or replace them", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("update_agent_metadata", {metadata({}, "first\nsecond")});
  daemon.will_answer("get_agent_metadata", {metadata({})});
  CHECK(daemon.run({"notes", "add", "ada", "second"}).out == "ada:\n  first\n  second\n");
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"notes", "second"}, {"append_notes", true}});
  CHECK(daemon.run({"notes", "set", "ada", ""}).code == 0);
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"notes", ""}, {"append_notes", false}});
  CHECK(daemon.run({"notes", "show", "ada"}).out == "ada: no notes\n");
}

TEST_CASE("purpose and pin are set", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("update_agent_metadata", {metadata({})});
  CHECK(daemon.run({"purpose", "ada", "the parser"}).out == "ada: the parser\n");
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"purpose", "the parser"}});
  CHECK(contains(daemon.run({"pin", "ada"}).out, "ada is pinned"));
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"pinned", true}});
  CHECK(daemon.run({"unpin", "ada"}).code == 0);
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"pinned", false}});
}
