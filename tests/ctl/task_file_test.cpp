#include "ctl/tasks/task_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace governor::ctl;
using Severity = Remark::Severity;

namespace {

std::vector<std::string> ids(const TaskFile& file) {
  std::vector<std::string> found;
  for (const ImportedTask& task : file.tasks) found.push_back(task.id);
  return found;
}

bool remarked(const Remarks& remarks, Severity severity, const std::string& field, std::string_view part) {
  return std::any_of(remarks.begin(), remarks.end(), [&](const Remark& remark) {
    return remark.severity == severity && remark.field == field &&
           remark.message.find(part) != std::string::npos;
  });
}

/// The only task of the file, which is a list with this object.
ImportedTask only(const std::string& object) {
  TaskFile file = read_task_file("[" + object + "]");
  REQUIRE(file.tasks.size() == 1);
  return std::move(file.tasks[0]);
}

/// A task with one field more than it needs.
ImportedTask with(const std::string& field) {
  return only(R"({"task_id":"t","title":"x","status":"pending",)" + field + "}");
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("tasks are read from every shape that tells them by id or in a list", "[ctl]") {
  const std::string one = R"({"title":"x","status":"pending"})";
  const std::string named = R"({"task_id":"a","title":"x","status":"pending"})";
  for (const std::string& text : {"[" + named + "]", R"({"a":)" + one + "}", R"({"tasks":{"a":)" + one + "}}",
                                  R"({"tasks":[)" + named + "]}", named, "\xEF\xBB\xBF [" + named + "]\n"}) {
    INFO(text);
    const TaskFile file = read_task_file(text);
    REQUIRE(ids(file) == Ids{"a"});
    CHECK(file.tasks[0].title == "x");
    CHECK(file.tasks[0].importable());
    CHECK(file.tasks[0].remarks.empty());
  }
}

TEST_CASE("all fields are taken over under any of their names", "[ctl]") {
  for (const char* object :
       {R"({"task_id":"t","title":"T","description":"D","status":"blocked","priority":"HIGH","progress":40,
            "depends_on":["b","a"],"agent":"painter","notes":"N"})",
        R"({"id":"t","name":"T","task_description":"D","status":"blocked","priority":"HIGH","progress":40.0,
            "dependencies":["b","a"],"assigned_to":"painter","note":["N"]})"}) {
    const ImportedTask task = only(object);
    CHECK(task.id == "t");
    CHECK(task.title == "T");
    CHECK(task.description == "D");
    CHECK(task.status == "blocked");
    CHECK(task.priority == "HIGH");
    CHECK(task.progress == 40);
    CHECK(task.depends_on == Ids{"a", "b"});
    CHECK(task.agent == "painter");
    CHECK(task.note == "N");
    CHECK(task.remarks.empty());
  }
}

TEST_CASE("statuses of other programs are understood, and an unknown one is neither dropped nor guessed",
          "[ctl]") {
  const auto status = [](const std::string& given) {
    return only(R"({"task_id":"t","title":"x","status":)" + given + "}");
  };
  for (const auto& [given, expected] : {std::pair{"INITIALIZED", "pending"},
                                        {"completed", "done"},
                                        {"Canceled", "cancelled"},
                                        {"error", "failed"}}) {
    const ImportedTask task = status('"' + std::string(given) + '"');
    CHECK(task.status == expected);
    CHECK(remarked(task.remarks, Severity::note, "status", "becomes"));
  }
  CHECK(status(R"("completed")").progress == 100);
  for (const char* running : {R"("in_progress")", R"("In Progress")", R"("running")"}) {
    const ImportedTask task = status(running);
    CHECK(task.status == "pending");
    CHECK(remarked(task.remarks, Severity::changed, "status", "not claimed here"));
    CHECK(task.note.find(running) != std::string::npos);
  }
  for (const char* unknown : {R"("percolating")", "7", "{}"}) {
    const ImportedTask task = status(unknown);
    CHECK(task.status == "blocked");
    CHECK(task.importable());
    CHECK(remarked(task.remarks, Severity::changed, "status", "is unknown"));
    CHECK(task.note.find("Imported with the status ") != std::string::npos);
  }
}

TEST_CASE("every oddity of a field is told", "[ctl]") {
  const auto changed = [](const std::string& field, const char* name, std::string_view part) {
    const ImportedTask task = with(field);
    INFO(field);
    CHECK(task.importable());
    CHECK(remarked(task.remarks, Severity::changed, name, part));
    return task;
  };
  CHECK(with(R"("priority":"P0")").priority == "CRITICAL");
  CHECK(changed(R"("priority":3)", "priority", "3 is unknown").priority == "MEDIUM");
  CHECK(changed(R"("progress":140)", "progress", "140 becomes 100").progress == 100);
  CHECK(changed(R"("progress":-1)", "progress", "-1 becomes 0").progress == 0);
  CHECK(changed(R"("progress":12.5)", "progress", "12.5 becomes 13").progress == 13);
  CHECK(changed(R"("progress":"much")", "progress", "no number").progress == 0);
  CHECK(with(R"("progress":"45%")").progress == 45);
  CHECK(changed(R"("depends_on":["ok",7,"no t"])", "depends_on", "\"no t\" is no id").depends_on ==
        Ids{"ok"});
  CHECK(changed(R"("depends_on":{"a":1})", "depends_on", "no list").depends_on.empty());
  CHECK(with(R"("depends_on":"a")").depends_on == Ids{"a"});
  CHECK(changed(R"("agent":"code auditor")", "agent", "no id of an agent").agent.empty());
  CHECK(changed(R"("title":"y")", "title", "stands twice").title == "x");
  CHECK(changed(R"("name":"y")", "name", "title counts").title == "x");
  CHECK(changed(R"("description":7)", "description", "no text").description.empty());
  CHECK(changed(R"("description":")" + std::string(70'000, 'x') + '"', "description", "70000 bytes")
            .description.size() == 65'536);
  CHECK(remarked(with(R"("tmux_session":"s","parent":null)").remarks, Severity::note, "",
                 "not taken over: tmux_session"));
}

TEST_CASE("a task without a title takes another text for it", "[ctl]") {
  CHECK(only(R"({"id":"t","description":"first\nsecond","status":"done"})").title == "first");
  CHECK(only(R"({"id":"t","status":"done"})").title == "t");
}

TEST_CASE("what has no id is refused, and what is no task is named", "[ctl]") {
  CHECK_FALSE(only(R"({"title":"x"})").importable());
  CHECK_FALSE(only(R"({"id":"a b","title":"x"})").importable());
  CHECK_FALSE(only(R"({"id":7,"title":"x"})").importable());
  const TaskFile list = read_task_file(R"([{"id":"a","title":"x"},"text",7])");
  CHECK(ids(list) == Ids{"a"});
  CHECK(remarked(list.remarks, Severity::refused, "", "entry 2 is \"text\", no task"));
  const TaskFile beside =
      read_task_file(R"({"tasks":{"a":{"title":"x"},"b":3},"agents":{"z":{}},"total":0})");
  CHECK(ids(beside) == Ids{"a"});
  CHECK(remarked(beside.remarks, Severity::refused, "b", "is 3, no task"));
  CHECK(remarked(beside.remarks, Severity::note, "agents", "left out"));
  for (const char* text : {"", "7", "{}", "[]", R"({"a":1})", "not json"}) {
    INFO(text);
    const TaskFile nothing = read_task_file(text);
    CHECK(nothing.tasks.empty());
    CHECK(std::any_of(nothing.remarks.begin(), nothing.remarks.end(),
                      [](const Remark& remark) { return remark.severity == Severity::refused; }));
  }
}

TEST_CASE("the tasks before the end of a truncated file are read, and that it is truncated is told",
          "[ctl]") {
  for (const char* text : {R"([{"id":"a","title":"x"},{"id":"b","ti)", R"({"a":{"title":"x"},"b":{"ti)",
                           R"({"tasks":[{"id":"a","title":"x"},{"id":"b")"}) {
    INFO(text);
    const TaskFile file = read_task_file(text);
    CHECK(std::any_of(file.remarks.begin(), file.remarks.end(),
                      [](const Remark& remark) { return remark.severity == Severity::refused; }));
  }
  CHECK(ids(read_task_file(R"([{"id":"a","title":"x"},{"id":"b","ti)")) == Ids{"a"});
}

TEST_CASE("what cannot be together is refused: an id twice, and circles", "[ctl]") {
  TaskFile file = read_task_file(R"([{"id":"a","title":"x","depends_on":["b"]},
    {"id":"b","title":"x","depends_on":["c"]},{"id":"c","title":"x","depends_on":["a"]},
    {"id":"b","title":"y"},{"id":"d","title":"x","depends_on":["d"]},{"id":"e","title":"x","depends_on":["z"]}])");
  check_together(file);
  const auto refusals = [&](std::size_t i) { return !file.tasks[i].importable(); };
  CHECK_FALSE(refusals(0));
  CHECK_FALSE(refusals(1));
  CHECK(remarked(file.tasks[2].remarks, Severity::refused, "depends_on", "circle"));
  CHECK(remarked(file.tasks[3].remarks, Severity::refused, "task_id", "stands in the file before"));
  CHECK(remarked(file.tasks[4].remarks, Severity::refused, "depends_on", "circle"));
  CHECK(file.tasks[5].importable());
  CHECK(remarked(file.tasks[5].remarks, Severity::note, "depends_on", "z is not among"));
}
