// What hooks and people tell of an agent: whose evidence it is, that it comes once, and what is kept of it.
#include "tests/daemon/tools/observed.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;

TEST_CASE("a hook's events are those of the agent of its working session, and come once") {
  Observed o;
  const json::array events = {
      event("turn_began", {{"source", "1"}}),
      event("tool_used",
            {{"source", "2"}, {"tool", "Write"}, {"path", "a.txt"}, {"lines_added", 3}, {"created", true}})};
  const json::object first = o.hook("0123456789ab", events);
  CHECK(first.at("agent_id").as_string() == "claude-code-01234567");
  CHECK(first.at("recorded").to_number<int>() == 3);
  CHECK(first.at("known").to_number<int>() == 0);
  CHECK(first.at("turn").to_number<int>() == 1);
  const json::object again = o.hook("0123456789ab", events);
  CHECK(again.at("recorded").to_number<int>() == 0);
  CHECK(again.at("known").to_number<int>() == 2);
}

TEST_CASE("a subagent's events are those of an agent of its own, the child of its tool's") {
  Observed o;
  json::object params = Observed::origin("0123456789ab");
  params["subagent"] = "sub-7";
  params["events"] = {event("tool_used", {{"tool", "Read"}})};
  CHECK(o.ask("governor/record_evidence", params).at("agent_id").as_string() == "claude-code-01234567.sub-7");
}

TEST_CASE("a person tells of an agent by its name") {
  Observed o;
  const json::object told =
      o.note("ada", {event("tests_run", {{"framework", "pytest"}, {"success", false}, {"failed", 2}})});
  CHECK(told.at("agent_id").as_string() == "ada");
  CHECK(told.at("recorded").to_number<int>() == 1);
}

TEST_CASE("an event that says too little is refused with its place in the list, and nothing is taken down") {
  Observed o;
  const json::object answer = o.request(
      "governor/note_evidence", {{"agent_id", "ada"}, {"events", {event("turn_began"), event("tool_used")}}});
  REQUIRE(answer.contains("error"));
  CHECK(json::serialize(answer).find("events[1].tool") != std::string::npos);
  CHECK(o.note("ada", {event("turn_began")}).at("turn").to_number<int>() == 1);
}

namespace {

/// What came of one event of ada's, the oldest first, without what every entry has.
json::array items_of(Observed& o, json::object told) {
  o.note("ada", {std::move(told)});
  json::array items;
  const json::array newest_first = o.evidence("ada");
  for (auto entry = newest_first.rbegin(); entry != newest_first.rend(); ++entry) {
    json::object item = entry->as_object();
    for (const char* name : {"key", "timestamp", "epoch", "turn", "provenance"}) item.erase(name);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

TEST_CASE("a command is known by its class, its program, the tests that it ran and how they went") {
  Observed o;
  const json::array items =
      items_of(o, event("tool_used", {{"tool", "Bash"},
                                      {"command", "cd x && python -m pytest -q"},
                                      {"success", false},
                                      {"exit_code", 1},
                                      {"duration_ms", 1234},
                                      {"output", "==== 1 failed, 3 passed in 0.12s ====\n"},
                                      {"output_bytes", 70000}}));
  REQUIRE(items.size() == 2);
  CHECK(items[0] == json::value({{"kind", "tool_used"},
                                 {"tool", "Bash"},
                                 {"program", "python"},
                                 {"class", "test"},
                                 {"success", false},
                                 {"exit_code", 1},
                                 {"duration_ms", 1234}}));
  CHECK(items[1] == json::value({{"kind", "tests_run"},
                                 {"framework", "pytest"},
                                 {"success", false},
                                 {"passed", 3},
                                 {"failed", 1}}));
}

TEST_CASE("success without the number of tests says nothing, where the framework always tells it") {
  const auto kinds = [](const char* command, const char* output) {
    Observed o;
    std::string found;
    for (const json::value& item :
         items_of(o, event("tool_used", {{"tool", "Bash"}, {"command", command}, {"output", output}})))
      found += std::string(item.at("kind").as_string()) + ' ';
    return found;
  };
  CHECK(kinds("pytest -q", "3 passed in 0.1s") == "tool_used tests_run ");
  CHECK(kinds("pytest -q > /dev/null; true", "") == "tool_used ");
  CHECK(kinds("make test", "all fine") == "tool_used tests_run ");
}

TEST_CASE("a search that finds nothing has not failed") {
  const auto succeeds = [](const char* command, int code) {
    Observed o;
    const json::array items =
        items_of(o, event("tool_used",
                          {{"tool", "Bash"}, {"command", command}, {"success", false}, {"exit_code", code}}));
    return items[0].at("success").as_bool();
  };
  CHECK(succeeds("grep -r x .", 1));
  CHECK_FALSE(succeeds("grep -r x .", 2));
  CHECK_FALSE(succeeds("python x.py", 1));
}

TEST_CASE("contents that are refused stay out of the audit log") {
  Observed o;
  const json::object answer = o.request("governor/record_evidence", [] {
    json::object params = Observed::origin("0123456789ab");
    params["events"] = {
        event("tool_used", {{"tool", "Bash"}, {"output", "SECRET" + std::string(20'000, 'x')}})};
    return params;
  }());
  CHECK(answer.contains("error"));
  // A refusal is answered before it is on the disk; what is answered after it comes later there as well.
  items_of(o, event("turn_began"));
  CHECK(o.daemon.stored("SELECT count(*) FROM audit WHERE event = 'refused'") == 1);
  CHECK(o.daemon.stored("SELECT count(*) FROM audit WHERE detail LIKE '%SECRET%'") == 0);
}

TEST_CASE("a relative path is one of the directory that is told, and needs one") {
  Observed o;
  const json::array items = items_of(o, event("file_changed", {{"path", "./src/../src/a.txt"}}));
  CHECK(items[0].at("path").as_string() == "/p/src/a.txt");
  json::object params = {{"agent_id", "ada"}, {"events", {event("file_changed", {{"path", "a.txt"}})}}};
  CHECK(o.request("governor/note_evidence", params).contains("error"));
}

TEST_CASE("what a command takes back, and what is risky in it, is evidence of its own") {
  Observed o;
  const json::array items = items_of(
      o, event("tool_used", {{"tool", "Bash"}, {"command", "git checkout -- a.txt; sudo rm -rf /"}}));
  std::string kinds;
  for (const json::value& item : items) kinds += std::string(item.at("kind").as_string()) + ' ';
  CHECK(kinds.find("tool_used reverted risky_action risky_action") == 0);
  CHECK(items[1].at("path").as_string() == "/p/a.txt");
}

TEST_CASE("a failed edit changes no file, and a read is no edit") {
  Observed o;
  CHECK(items_of(o, event("tool_used", {{"tool", "Edit"}, {"path", "a.txt"}, {"success", false}})).size() ==
        1);
  CHECK(items_of(o, event("tool_used", {{"tool", "Read"}, {"path", "a.txt"}})).size() == 2);
  CHECK(o.evidence("ada")[0].at("class").as_string() == "read");
}

TEST_CASE("evidence is read by pages, of one agent and of all") {
  Observed o;
  for (int i = 1; i <= 5; ++i) {
    o.note("ada", {event("prose_said", {{"prose_bytes", i}})});
    o.note("bob", {event("prose_said", {{"prose_bytes", 10 * i}})});
  }
  json::object page = o.tool("get_evidence", {{"agent_id", "ada"}, {"limit", 3}});
  CHECK(page.at("evidence").as_array().size() == 3);
  CHECK(page.at("evidence").at(0).at("bytes").to_number<int>() == 5);
  page = o.tool("get_evidence", {{"agent_id", "ada"}, {"limit", 3}, {"before", page.at("next_before")}});
  CHECK(page.at("evidence").as_array().size() == 2);
  CHECK_FALSE(page.contains("next_before"));
  page = o.tool("get_evidence", {{"agent_id", "ada"}, {"limit", 2}, {"after", 0}});
  CHECK(page.at("evidence").at(0).at("bytes").to_number<int>() == 1);
  page = o.tool("get_evidence", {{"agent_id", "ada"}, {"after", page.at("next_after")}});
  CHECK(page.at("evidence").as_array().size() == 3);
  CHECK(page.at("evidence").at(0).at("bytes").to_number<int>() == 3);
  CHECK_FALSE(page.contains("next_after"));
  page = o.tool("get_evidence", {{"everybody", true}, {"limit", 4}});
  CHECK(page.at("evidence").at(0).at("agent_id").as_string() == "bob");
  CHECK(page.at("evidence").at(1).at("agent_id").as_string() == "ada");
}

TEST_CASE("only a person tells of another time than now") {
  Observed o;
  o.note("ada", {event("turn_began", {{"at", "2020-01-02T03:04:05Z"}})});
  CHECK(o.evidence("ada")[0].at("timestamp").as_string() == "2020-01-02T03:04:05.000000Z");
  json::object params = Observed::origin("0123456789ab");
  params["events"] = {event("turn_began", {{"at", "2020-01-02T03:04:05Z"}})};
  CHECK(o.request("governor/record_evidence", params).contains("error"));
}
