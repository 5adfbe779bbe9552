#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object seen(int key, json::object what) {
  what["key"] = key;
  what["timestamp"] = "2025-11-21T10:00:0" + std::to_string(key) + ".000000Z";
  what["agent_id"] = "ada";
  what["turn"] = 1;
  what["provenance"] = "measured";
  return what;
}

json::object wrote(int key) {
  return seen(key, {{"kind", "file_changed"},
                    {"path", "/p/" + std::to_string(key) + ".txt"},
                    {"lines_added", 3},
                    {"lines_removed", 1}});
}

json::object page_of(json::array rows, int next = 0) {
  json::object made = {{"evidence", std::move(rows)}};
  if (next != 0) made["next_before"] = next;
  return made;
}

}  // namespace

TEST_CASE("activity says in words what agents did, newest first and page by page", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer(
      "get_evidence",
      {page_of(
           {seen(9, {{"kind", "risky_action"}, {"rule", "sudo"}, {"program", "sudo"}, {"severity", "high"}}),
            seen(8, {{"kind", "refused"}, {"by", "shrink_guard"}, {"path", "/p/a"}}),
            seen(7, {{"kind", "tests_run"}, {"framework", "go"}, {"success", false}, {"failed", 2}}),
            seen(6, {{"kind", "tool_used"},
                     {"tool", "Bash"},
                     {"program", "make"},
                     {"class", "run"},
                     {"success", false},
                     {"exit_code", 2}}),
            seen(5, {{"kind", "something_newer"}})},
           5),
       page_of({wrote(4)})});
  const auto run = daemon.run({"activity"});
  CHECK(run.code == 0);
  std::size_t before = 0;
  for (const char* text : {"RISKY: sudo, by sudo (high)", "refused /p/a: too much of it would be lost",
                           "tests failed (go, 2 failed)", "Bash: make (run), failed, exit code 2",
                           "something_newer", "wrote /p/4.txt, +3 -1 lines"}) {
    INFO(text << "\n" << run.out);
    const std::size_t at = run.out.find(text);
    REQUIRE(at != std::string::npos);
    CHECK(at > before);
    before = at;
  }
  CHECK(daemon.calls()[0].arguments.at("everybody").as_bool());
  CHECK(daemon.last().at("before").to_number<int>() == 5);
}

TEST_CASE("activity of one agent asks for no other's", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("get_evidence", {page_of({})});
  const auto run = daemon.run({"activity", "--agent", "ada"});
  CHECK(run.out == "nothing was seen of ada yet\n");
  CHECK(daemon.last().at("agent_id").as_string() == "ada");
  CHECK_FALSE(daemon.last().contains("everybody"));
}
