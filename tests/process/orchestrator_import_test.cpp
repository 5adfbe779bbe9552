// Registries of the old orchestrator, through the real programs: all of it becomes history, and nothing that
// was running there is touched.
#include <csignal>
#include <set>

#include "tests/process/import_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/proxy_conversation.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

const std::string kRegistries = GOVERNOR_ORCHESTRATOR_DATA;

json::object deployment(Conversation& conversation, const std::string& id) {
  return conversation.call("get_deployment", {{"deployment_id", id}, {"history", 100}}).content();
}

std::string word(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

std::multiset<std::string> file_findings(const ImportReport& report) {
  std::multiset<std::string> found;
  for (const json::value& one : report.body.at("findings").as_array()) {
    const json::value& field = one.at("field");
    found.insert(std::string(one.at("code").as_string()) + " " +
                 (field.is_string() ? std::string(field.get_string()) : ""));
  }
  return found;
}

TEST_CASE("the old orchestrator's deployments are kept as history, and what was said to run is lost") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const ImportReport foreseen = import_data(sandbox, kRegistries, {});
  CHECK(foreseen.outcomes("would_import") == 3);
  CHECK(foreseen.outcomes("imported") == 0);
  const ImportReport report = import_data(sandbox, kRegistries);
  INFO(report.text);
  CHECK(report.code == 1);  // a line of a progress file is broken, and an entry has no id
  CHECK(report.outcomes("imported") == 3);
  CHECK(report.body.at("ghosts") == 1);
  CHECK(report.body.at("deployments") == 3);
  CHECK(report.findings("painter-090100-aaaaaa").count("status_mismatch status") == 1);
  CHECK(report.findings("painter-090100-aaaaaa").count("ghost status") == 0);
  CHECK(report.findings("brush-090200-bbbbbb") == std::multiset<std::string>{"damaged_line", "ghost status"});
  const auto about_files = file_findings(report);
  for (const char* counter : {"total_tasks", "active_tasks", "total_agents_spawned", "active_agents",
                              "active_count", "completed_count"}) {
    CAPTURE(counter);
    CHECK(about_files.count(std::string("count_mismatch ") + counter) == 1);
  }
  CHECK(about_files.count("count_mismatch total_spawned") == 0);
  CHECK(about_files.count("unknown_child agent_hierarchy") == 1);
  CHECK(about_files.count("bad_entry agents") == 1);

  ProxyConversation conversation(sandbox.command(kProxy, {"--tools", "full"}));
  const json::object painter = deployment(conversation, "painter-090100-aaaaaa").at("deployment").as_object();
  CHECK(word(painter, "state") == "finished");
  CHECK(word(painter, "task_id") == "TASK-a");
  CHECK(word(painter, "agent_type") == "painter");
  CHECK(word(painter, "parent") == "orchestrator");
  CHECK(word(painter, "created") == "2025-03-01T09:01:00.000500Z");
  CHECK(word(painter, "ended") == "2025-03-01T09:30:00.000001Z");
  CHECK(painter.at("progress") == 100);
  CHECK_FALSE(painter.contains("pid"));
  const json::object whole = deployment(conversation, "brush-090200-bbbbbb");
  const json::object& brush = whole.at("deployment").as_object();
  CHECK(word(brush, "state") == "lost");
  CHECK(brush.at("depth") == 2);
  CHECK(word(brush, "note") == "half of it");
  CHECK(word(brush, "ended") == "2025-03-01T09:03:00.000000Z");
  std::multiset<std::string> events;
  for (const json::value& event : whole.at("history").as_array()) {
    events.insert(word(event.as_object(), "event"));
    if (word(event.as_object(), "event") == "finding") {
      CHECK(word(event.as_object(), "note") == "the fence is rotten");
      CHECK(json::serialize(event.at("data")).find("plank") != std::string::npos);
    }
  }
  CHECK(events == std::multiset<std::string>{"started", "progress", "progress", "finding", "ended"});
  CHECK(word(deployment(conversation, "mower-100100-cccccc").at("deployment").as_object(), "state") ==
        "failed");
  const auto task = conversation.call("get_task", {{"task_id", "TASK-a"}}).content().at("task").as_object();
  CHECK(word(task, "title") == "Paint the fence");
  CHECK(word(task, "status") == "cancelled");
  CHECK(word(task, "priority") == "CRITICAL");
}

TEST_CASE("registries imported again, in whole, in parts, and after a restart, add nothing") {
  Sandbox sandbox;
  std::string once;
  {
    Child daemon = sandbox.start_daemon();
    import_data(sandbox, kRegistries);
    once = stored_import(sandbox);
    const ImportReport again = import_data(sandbox, kRegistries);
    CHECK(again.outcomes("unchanged") == 3);
    for (const json::value& task : again.body.at("tasks").as_array()) {
      CHECK(task.at("outcome").as_string() == "unchanged");
    }
    daemon.signal(SIGKILL);
    CHECK(daemon.wait(patience(std::chrono::seconds(10))));
  }
  Child daemon = sandbox.start_daemon();
  const ImportReport part = import_data(sandbox, kRegistries + "/TASK-a/AGENT_REGISTRY.json");
  CHECK(part.outcomes("unchanged") == 2);
  CHECK(stored_import(sandbox) == once);
  ProxyConversation conversation(sandbox.command(kProxy, {"--tools", "full"}));
  const auto listed = conversation.call("list_deployments", json::object()).content();
  CHECK(listed.at("deployments").as_array().size() == 3);
}

}  // namespace
}  // namespace governor::test
