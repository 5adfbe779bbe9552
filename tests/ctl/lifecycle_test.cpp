#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

TEST_CASE("pause, resume and archive call their tool with the reason and say what came of it", "[ctl]") {
  const std::vector<std::pair<std::string, std::string>> commands = {
      {"pause", "pause_agent"}, {"resume", "resume_agent"}, {"archive", "archive_agent"}};
  for (const auto& [command, tool] : commands) {
    RecordingDaemon daemon;
    daemon.will_answer(tool, {{{"agent_id", "ada"}, {"status", "changed"}, {"previous_status", "active"}}});
    const auto run = daemon.run({command, "ada", "--reason", "to look at it"});
    CHECK(run.code == 0);
    CHECK(run.out == "ada is changed (it was active)\n");
    REQUIRE(daemon.calls().size() == 1);
    CHECK(daemon.calls()[0].name == tool);
    CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"reason", "to look at it"}});
    CHECK(json::parse(daemon.run({command, "ada", "--json"}).out).at("status").as_string() == "changed");
    CHECK(daemon.run({command}).code == 2);
  }
}

TEST_CASE("reset lets an agent begin anew and says what is kept", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("reset_monitor", {{{"agent_id", "ada"}, {"epoch", 2}, {"previous_updates", 17}}});
  const auto run = daemon.run({"reset", "ada", "--reason", "looked at"});
  CHECK(run.out == "ada begins anew, with epoch 2; the history of its 17 updates is kept\n");
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"reason", "looked at"}});
}

TEST_CASE("delete asks to be told twice", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("delete_agent", {{{"agent_id", "ada"}, {"status", "deleted"}, {"backup", "/b/x.db"}}});
  const auto asked = daemon.run({"delete", "ada"});
  CHECK(asked.code == 2);
  CHECK(contains(asked.err, "--yes"));
  CHECK(daemon.calls().empty());
  const auto run = daemon.run({"delete", "ada", "--yes"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "/b/x.db"));
  CHECK(daemon.last() == json::object{{"agent_id", "ada"}, {"confirm", true}});
}

TEST_CASE("archive-idle only shows unless it is told to do it", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("archive_idle_agents",
                     {{{"dry_run", true},
                       {"count", 1},
                       {"agents", {{{"agent_id", "test_1"}, {"last_update", "2025-11-21T10:00:00.000000Z"}}}},
                       {"more", false}}});
  const auto tried = daemon.run({"archive-idle", "--days", "30", "--pattern", "test_*", "--tag", "old"});
  CHECK(tried.code == 0);
  CHECK(contains(tried.out, "test_1"));
  CHECK(contains(tried.out, "1 would be archived; do it with --apply"));
  CHECK(daemon.last() ==
        json::object{{"days", 30}, {"dry_run", true}, {"pattern", "test_*"}, {"tag", "old"}});
  CHECK(contains(daemon.run({"archive-idle", "--apply"}).out, "1 archived\n"));
  CHECK(daemon.last() == json::object{{"days", 7}, {"dry_run", false}});
}
