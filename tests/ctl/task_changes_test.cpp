// What people do with tasks.
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

json::object standing(const std::string& status, const json::value& agent = {}) {
  json::object task{{"task_id", "T-1"}, {"status", status}, {"progress", 40}};
  if (agent.is_string()) task["agent"] = agent;
  return {{"task", std::move(task)}};
}

}  // namespace

TEST_CASE("tasks create defines a task with all there is to say about it", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("define_task", {{{"task_id", "T-2"},
                                      {"created", true},
                                      {"status", "pending"},
                                      {"ready", false},
                                      {"not_defined", json::array{"T-9"}}}});
  const auto run = daemon.run({"tasks", "create", "T-2", "write the tests", "--after", "T-1", "T-9",
                               "--agent", "ada", "--priority", "HIGH", "--file", "/p/text"});
  CHECK(run.out == "T-2 is created, pending\nit waits for tasks that do not exist yet: T-9\n");
  CHECK(daemon.last() == json::object{{"task_id", "T-2"},
                                      {"title", "write the tests"},
                                      {"task_file", "/p/text"},
                                      {"agent", "ada"},
                                      {"priority", "HIGH"},
                                      {"depends_on", json::array{"T-1", "T-9"}}});
  CHECK(daemon.run({"tasks", "create", "T-2"}).code == 2);
  CHECK(daemon.run({"tasks", "create", "T-2", "t", "--file", "f", "--description", "d"}).code == 2);
}

TEST_CASE("tasks are cancelled, opened again and updated", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("update_task", {standing("cancelled"), standing("pending", "ada")});
  CHECK(daemon.run({"tasks", "cancel", "T-1", "--note", "why"}).out ==
        "T-1 is cancelled, 40 %, for whoever claims it\n");
  CHECK(daemon.last() == json::object{{"task_id", "T-1"}, {"status", "cancelled"}, {"note", "why"}});
  CHECK(daemon.run({"tasks", "reopen", "T-1"}).out == "T-1 is pending, 40 %, for agent ada\n");
  CHECK(daemon.last() == json::object{{"task_id", "T-1"}, {"status", "pending"}});
  CHECK(daemon.run({"tasks", "update", "T-1", "--progress", "0"}).code == 0);
  CHECK(daemon.last() == json::object{{"task_id", "T-1"}, {"progress", 0}});
  CHECK(daemon.run({"tasks", "update", "T-1", "--status", "lost"}).code == 2);
  const auto nothing = daemon.run({"tasks", "update", "T-1"});
  CHECK(nothing.code == 2);
  CHECK(contains(nothing.err, "--status, --progress or --note"));
}

TEST_CASE("a task is reassigned to an agent or to anybody, and to one of these", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/task_assign", {standing("pending", "grace")});
  CHECK(daemon.run({"tasks", "reassign", "T-1", "--agent", "grace", "--note", "n"}).out ==
        "T-1 is pending, 40 %, for agent grace\n");
  CHECK(daemon.role() == "person");
  CHECK(daemon.last() == json::object{{"task_id", "T-1"}, {"agent", "grace"}, {"note", "n"}});
  CHECK(daemon.run({"tasks", "reassign", "T-1", "--anybody"}).code == 0);
  CHECK(daemon.last() == json::object{{"task_id", "T-1"}});
  CHECK(daemon.run({"tasks", "reassign", "T-1"}).code == 2);
  CHECK(daemon.run({"tasks", "reassign", "T-1", "--agent", "a", "--anybody"}).code == 2);
}
