#include <fstream>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace json = boost::json;

namespace {

json::object task(const std::string& id, const std::string& status = "pending") {
  return {{"task_id", id},
          {"title", "title of " + id},
          {"priority", "HIGH"},
          {"depends_on", json::array()},
          {"status", status},
          {"ready", false},
          {"progress", 40},
          {"created", "2025-11-21T10:00:00Z"},
          {"updated", json::value()},
          {"claims", 0}};
}

json::object counts() {
  return {{"total", 3},   {"ready", 1}, {"pending", 2}, {"in_progress", 1},
          {"blocked", 0}, {"done", 0},  {"failed", 0},  {"cancelled", 0}};
}

json::object task_page(json::array tasks) {
  const auto count = tasks.size();
  return {{"tasks", std::move(tasks)}, {"count", count}, {"counts", counts()}};
}

json::object defined(bool created) {
  return {{"task_id", "a"}, {"created", created},           {"status", "pending"},
          {"ready", true},  {"not_defined", json::array()}, {"timestamp", "t"}};
}

/// A file with tasks in a directory of its own.
struct FileFixture {
  std::string file(const std::string& text) {
    std::ofstream(path) << text;
    return path;
  }
  std::vector<std::string> asked() {
    std::vector<std::string> names;
    for (const auto& call : daemon.calls()) names.push_back(call.name);
    return names;
  }
  TemporaryDirectory directory;
  std::string path = directory.path() + "/tasks.json";
  RecordingDaemon daemon;
};
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("tasks are listed with who has them and what they wait for", "[ctl]") {
  RecordingDaemon daemon;
  json::object taken = task("walls", "in_progress");
  taken["claim"] = json::object{{"agent_id", "mason"}, {"client", "cursor"}, {"pid", 77}};
  json::object waiting = task("roof");
  waiting["waiting_for"] = json::array{json::object{{"task_id", "walls"}, {"status", "in_progress"}}};
  daemon.will_answer("list_tasks", {task_page({taken, waiting})});
  const auto run = daemon.run({"tasks"});
  CHECK(run.code == 0);
  for (const char* part : {"walls", "in_progress", "mason, cursor, pid 77", "title of roof",
                           "3 tasks: 2 pending, 1 in_progress; 1 ready"}) {
    INFO(part);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.run({"tasks", "list"}).out == run.out);
  CHECK(daemon.run({"tasks", "--ready", "--status", "blocked", "--agent", "mason", "--text", "wa"}).code ==
        0);
  CHECK(daemon.last().at("ready").as_bool());
  CHECK(daemon.last().at("status").as_string() == "blocked");
  CHECK(daemon.last().at("agent").as_string() == "mason");
  CHECK(daemon.last().at("text").as_string() == "wa");
  CHECK(daemon.run({"tasks", "--status", "unheard-of"}).code == 2);
  const json::value body = json::parse(daemon.run({"tasks", "--json"}).out);
  CHECK(body.at("tasks").as_array().size() == 2);
  CHECK(body.at("counts").at("ready").as_int64() == 1);
  daemon.will_answer("list_tasks", {task_page({})});
  CHECK(contains(daemon.run({"tasks"}).out, "no such task\n"));
}

TEST_CASE("one task is shown with its text and history", "[ctl]") {
  RecordingDaemon daemon;
  json::object shown = task("walls", "blocked");
  shown["description"] = "four\nof \x1b[31mthem";
  shown["note"] = "no bricks";
  daemon.will_answer(
      "get_task",
      {{{"task", shown},
        {"history",
         json::array{json::object{
             {"timestamp", "2025"}, {"event", "claimed"}, {"status", "in_progress"}, {"progress", 0}}}},
        {"older_history", false}}});
  const auto run = daemon.run({"tasks", "show", "walls", "--history", "5"});
  CHECK(run.code == 0);
  CHECK(daemon.last() == json::object{{"task_id", "walls"}, {"history", 5}});
  for (const char* part :
       {"walls: title of walls", "blocked, 40 %", "  four\n  of \\x1b[31mthem\n", "no bricks", "claimed"}) {
    INFO(part);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.run({"tasks", "show"}).code == 2);
}

TEST_CASE_METHOD(FileFixture, "an import defines each task and brings it to where it stood", "[ctl]") {
  daemon.will_answer("define_task", {defined(true)});
  daemon.will_answer("update_task", {{{"task", task("b", "done")}, {"timestamp", "t"}}});
  const auto run = daemon.run({"tasks", "import", file(R"([{"id":"a","title":"x","status":"pending"},
    {"id":"b","title":"y","status":"completed","depends_on":["a"],"progress":90,"notes":"n","agent":"mason"}])")});
  INFO(run.out << run.err);
  CHECK(run.code == 0);
  CHECK(asked() == Names{"define_task", "define_task", "update_task"});
  const auto calls = daemon.calls();
  CHECK(calls[0].arguments == json::object{{"task_id", "a"}, {"title", "x"}, {"priority", "MEDIUM"}});
  CHECK(calls[1].arguments == json::object{{"task_id", "b"},
                                           {"title", "y"},
                                           {"priority", "MEDIUM"},
                                           {"agent", "mason"},
                                           {"depends_on", json::array{"a"}}});
  CHECK(calls[2].arguments ==
        json::object{{"task_id", "b"}, {"status", "done"}, {"progress", 90}, {"note", "n"}});
  CHECK(contains(run.out, "2 tasks, 2 can be imported\n  2 imported\n"));
  CHECK(contains(run.out, "b: status \"completed\" becomes done"));
}

TEST_CASE_METHOD(FileFixture, "a dry run only compares, and needs no daemon", "[ctl]") {
  json::object there = task("a");
  there["title"] = "another";
  daemon.will_answer("get_task", {{{"task", there}, {"history", json::array()}, {"older_history", false}}});
  const std::string path_of_file = file(R"({"a":{"title":"x","status":"pending"}})");
  const auto run = daemon.run({"tasks", "import", path_of_file, "--dry-run"});
  CHECK(asked() == Names{"get_task"});
  CHECK(run.code == 1);
  CHECK(contains(run.out, "a task with this id differs in title, priority"));
  CHECK(contains(run.out, "Nothing was changed"));
  const auto without = run_governorctl(directory.path(), {"tasks", "import", path_of_file, "--dry-run"});
  CHECK(without.code == 0);
  CHECK(contains(without.out, "no daemon runs that could be asked"));
  CHECK(run_governorctl(directory.path(), {"tasks", "import", path_of_file}).code == 3);
}

TEST_CASE_METHOD(FileFixture,
                 "an import that was interrupted is finished, and what went on since is left alone",
                 "[ctl]") {
  daemon.will_answer("define_task", {defined(false)});
  daemon.will_answer("update_task", {{{"task", task("a", "done")}, {"timestamp", "t"}}});
  json::object there = task("a");
  there["title"] = "x";
  there["description"] = "";
  there["priority"] = "MEDIUM";
  there["progress"] = 0;
  const auto answer_with = [&](const json::object& standing) {
    daemon.will_answer("get_task",
                       {{{"task", standing}, {"history", json::array()}, {"older_history", false}}});
  };
  const std::string path_of_file = file(R"([{"id":"a","title":"x","status":"done"}])");
  answer_with(there);  // defined, and no more
  CHECK(contains(daemon.run({"tasks", "import", path_of_file}).out, "1 imported\n"));
  CHECK(asked() == Names{"define_task", "get_task", "update_task"});
  there["updated"] = "2025-11-21T10:00:00Z";
  there["status"] = "failed";
  answer_with(there);
  const auto moved = daemon.run({"tasks", "import", path_of_file});
  CHECK(contains(moved.out, "1 imported before and changed since; left alone"));
  CHECK(moved.code == 0);
  there["status"] = "done";
  there["progress"] = 100;
  answer_with(there);
  CHECK(contains(daemon.run({"tasks", "import", path_of_file}).out, "1 imported before\n"));
}

TEST_CASE_METHOD(FileFixture, "what is not imported shows in the exit code, and in JSON with all remarks",
                 "[ctl]") {
  daemon.will_answer("define_task", {defined(true)});
  const auto run = daemon.run(
      {"--json", "tasks", "import", file(R"([{"id":"a","title":"x","status":"pending"},{"title":"y"},7])")});
  CHECK(run.code == 1);
  const json::value body = json::parse(run.out);
  CHECK_FALSE(body.at("complete").as_bool());
  CHECK(body.at("remarks").as_array().size() == 1);
  REQUIRE(body.at("tasks").as_array().size() == 2);
  CHECK(body.at("tasks").as_array()[0].at("outcome").as_string() == "imported");
  CHECK(body.at("tasks").as_array()[1].at("outcome").as_string() == "not_asked");
  CHECK_FALSE(body.at("tasks").as_array()[1].at("importable").as_bool());
  CHECK(daemon.run({"tasks", "import", directory.path()}).code == 1);
  CHECK(daemon.run({"tasks", "import", directory.path() + "/missing"}).code == 1);
}
