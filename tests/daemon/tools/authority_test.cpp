// Every tool that changes something: whose it is, what a refusal leaves in the audit log, and what a success
// does. A tool that is not in the table fails the test: whoever adds one has to say to whom it belongs.
#include <functional>
#include <map>
#include <string>

#include "daemon/tools/tool.hpp"
#include "tests/daemon/state/fake_launcher.hpp"
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

/// Ada has an agent with an update, a lease on a file that she has written, and a task; Bob has an agent.
struct Scene : FileFixture {
  Scene() : Scene(std::make_shared<FakeProcesses>()) {}
  explicit Scene(const std::shared_ptr<FakeProcesses>& played)
      : FileFixture({.launcher = [played] { return std::make_unique<FakeLauncher>(played); }}),
        processes(played) {
    processes->end_on_stop();
    ada.call("register_agent", {{"agent_id", "ada"}});
    bob.call("register_agent", {{"agent_id", "bob"}});
    ada.call("process_agent_update", json::object{});
    lease = ada.lease(file("a.txt"));
    ada.commit(file("a.txt"), "first", "", lease);
    ada.commit(file("a.txt"), "second", sha256_hex("first"), lease);
    ada.call("define_task", {{"task_id", "t"}, {"title", "do it"}, {"agent", "ada"}});
  }
  json::object order() const {
    return {{"agent_type", "painter"}, {"prompt", "paint"}, {"parent", "ada"}, {"cwd", root()}};
  }
  /// One that ada has deployed, and that runs.
  std::string deploy() {
    const auto deployed = ada.call("deploy_headless_agent", order());
    std::string id(deployed.at("deployment").at("deployment_id").as_string());
    REQUIRE(processes->is_followed_soon(id));
    return id;
  }
  /// The same, taken over by ada with its token.
  std::string own_deployment() {
    const std::string id = deploy();
    ada.call("register_agent", {{"agent_id", id}, {"token", processes->requests().back().token}});
    ada.call("register_agent", {{"agent_id", "ada"}});
    return id;
  }
  void claim() { ada.call("claim_task", {{"task_id", "t"}}); }
  void raise_alert() {
    for (int i = 0; i < 5; ++i) ada.call("process_agent_update", {{"response_text", "again"}});
    REQUIRE(ada.call("list_alerts", json::object{}).at("count") == 1);
  }
  /// Of the logs that are chained: each says who did it.
  [[nodiscard]] std::int64_t entries() const {
    return daemon.stored(
        "SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM history) + "
        "(SELECT count(*) FROM evidence)");
  }
  [[nodiscard]] std::int64_t refusals(const std::string& actor, const std::string& what) const {
    return daemon.stored("SELECT count(*) FROM audit WHERE event = 'refused' AND done_by = '" + actor +
                         "' AND detail LIKE '" + what + "%'");
  }

  std::shared_ptr<FakeProcesses> processes;
  Writer ada{*this, "ada"};
  Writer bob{*this, "b0b"};
  Writer person{*this, "fee", "person"};
  std::int64_t lease = 0;
};

enum class Whose {
  holders,  ///< of the agent, the lease or the claim: others are refused
  peoples,  ///< agents are refused
  anybodys  ///< it takes nothing from anybody
};

struct Row {
  Whose whose = Whose::holders;
  std::function<json::object(Scene&)> arguments;
};

json::object ada(const json::object& more = {}) {
  json::object arguments{{"agent_id", "ada"}};
  for (const auto& item : more) arguments[item.key()] = item.value();
  return arguments;
}

Row about_ada(json::object more = {}) {
  return {Whose::holders, [more = std::move(more)](Scene&) { return ada(more); }};
}

const std::map<std::string, Row>& rows() {
  static const std::map<std::string, Row> all{
      {"process_agent_update", about_ada()},
      {"register_agent", about_ada()},
      {"reset_monitor", about_ada()},
      {"pause_agent", about_ada()},
      {"archive_agent", about_ada()},
      {"delete_agent", about_ada({{"confirm", true}})},
      {"update_agent_metadata", about_ada({{"notes", "mine now"}, {"tags", {"t"}}})},
      {"set_thresholds", about_ada({{"profile", "strict"}})},
      {"resume_agent",
       {Whose::holders,
        [](Scene& scene) {
          scene.ada.call("pause_agent", json::object{});
          return ada();
        }}},
      {"record_outcome",
       {Whose::holders,
        [](Scene&) {
          return json::object{{"prediction_id", "ada/1"}, {"correct", true}, {"source", "test"}};
        }}},
      {"report_evidence", about_ada({{"event", "tests_run"}, {"framework", "pytest"}, {"passed", 3}})},
      {"request_write",
       {Whose::holders,
        [](Scene& scene) {
          return ada({{"paths", {scene.file("b.txt")}}});
        }}},
      {"renew_write",
       {Whose::holders,
        [](Scene& scene) {
          return json::object{{"lease", scene.lease}};
        }}},
      {"release_write",
       {Whose::holders,
        [](Scene& scene) {
          return json::object{{"lease", scene.lease}};
        }}},
      {"commit_file",
       {Whose::holders,
        [](Scene& scene) {
          return Writer::arguments_of(scene.file("a.txt"), "third", sha256_hex("second"), scene.lease);
        }}},
      {"restore_file",
       {Whose::holders,
        [](Scene& scene) {
          return json::object{{"path", scene.file("a.txt")}, {"lease", scene.lease}};
        }}},
      {"request_approval",
       {Whose::holders,
        [](Scene& scene) {
          const std::int64_t others = scene.bob.lease(scene.file("b.txt"));
          return ada({{"lease", others}, {"reason", "it hangs"}});
        }}},
      {"claim_task",
       {Whose::holders,
        [](Scene&) {
          return ada({{"task_id", "t"}});
        }}},
      {"update_task",
       {Whose::holders,
        [](Scene& scene) {
          scene.claim();
          return json::object{{"task_id", "t"}, {"status", "done"}};
        }}},
      {"acknowledge_alert",
       {Whose::peoples,
        [](Scene& scene) {
          scene.raise_alert();
          return json::object{{"alert_id", 1}};
        }}},
      {"deploy_headless_agent", {Whose::holders, [](Scene& scene) { return scene.order(); }}},
      {"stop_deployment",
       {Whose::holders,
        [](Scene& scene) {
          return json::object{{"deployment_id", scene.deploy()}};
        }}},
      {"send_input",
       {Whose::holders,
        [](Scene& scene) {
          return json::object{{"deployment_id", scene.deploy()}, {"text", "yes"}};
        }}},
      {"update_agent_progress",
       {Whose::holders,
        [](Scene& scene) {
          return json::object{{"agent_id", scene.own_deployment()}, {"progress", 50}};
        }}},
      {"report_agent_finding",
       {Whose::holders,
        [](Scene& scene) {
          return json::object{{"agent_id", scene.own_deployment()}, {"message", "a leak"}};
        }}},
      {"validate_and_repair_registry",  // there is something to be repaired
       {Whose::anybodys,
        [](Scene& scene) {
          scene.processes->end(scene.deploy(), governor::core::DeploymentState::finished, "", true);
          return json::object{{"dry_run", false}};
        }}},
      {"define_task",
       {Whose::anybodys,
        [](Scene&) {
          return json::object{{"task_id", "u"}, {"title", "another"}};
        }}},
      {"export_to_file", {Whose::anybodys, [](Scene&) { return ada(); }}},
      {"archive_idle_agents",  // leaves those of live sessions alone, so it is given one whose session is
                               // gone
       {Whose::anybodys,
        [](Scene& scene) {
          {
            Writer eve(scene, "eee");
            eve.call("register_agent", {{"agent_id", "eve"}});
            eve.client.goodbye();
          }
          for (int look = 0; look < 100'000; ++look) {
            if (scene.daemon.stored("SELECT count(*) FROM session WHERE id LIKE 'eee%'") == 0) break;
          }
          return json::object{{"days", 0}, {"pattern", "eve"}, {"dry_run", false}};
        }}},
      {"cleanup_stale_locks",
       {Whose::anybodys,
        [](Scene& scene) {
          write_file(scene.file("x.lock"), "{\"pid\": 2147483646}");
          return json::object{{"directory", scene.root()}, {"dry_run", false}};
        }}},
  };
  return all;
}

const Row& row_of(const Tool& tool) {
  const auto found = rows().find(std::string(tool.name));
  if (found == rows().end()) FAIL("It is not said whose " << tool.name << " is.");
  return found->second;
}

}  // namespace

TEST_CASE("whatever a tool changes is its holder's or a person's, and who is refused is written down") {
  for (const Tool& tool : all_tools()) {
    if (tool.is_read_only()) continue;
    const std::string name(tool.name);
    INFO(name);
    const Row& row = row_of(tool);
    if (row.whose == Whose::anybodys) continue;
    Scene scene;
    const json::object arguments = row.arguments(scene);
    const auto refused = scene.bob.refused(name, arguments);
    INFO(json::serialize(refused));
    CHECK(refused.at("code").as_string() == "not_owner");
    CHECK(scene.refusals("agent bob", name) == 1);
    if (row.whose == Whose::peoples) {
      scene.ada.refused(name, arguments);
      CHECK(scene.refusals("agent ada", name) == 1);
    }
  }
}

TEST_CASE("whatever a tool has changed is written down, with who did it") {
  for (const Tool& tool : all_tools()) {
    if (tool.is_read_only()) continue;
    const std::string name(tool.name);
    INFO(name);
    const Row& row = row_of(tool);
    Scene scene;
    const json::object arguments = row.arguments(scene);
    const std::int64_t before = scene.entries();
    const std::string newest = std::to_string(scene.daemon.stored("SELECT max(key) FROM audit"));
    const bool is_persons = row.whose == Whose::peoples;
    (is_persons ? scene.person : scene.ada).call(name, arguments);
    if (name == "cleanup_stale_locks")
      continue;  // removes nothing whose owner may live, and says what it removed
    CHECK(scene.entries() > before);
    CHECK(scene.daemon.stored("SELECT count(*) FROM audit WHERE key > " + newest + " AND done_by NOT IN ('" +
                              (is_persons ? "person" : "agent ada") + "', '')") == 0);
  }
}

TEST_CASE("a value that is refused is written down as well, for every tool that changes something") {
  Scene scene;
  for (const Tool& tool : all_tools()) {
    if (tool.is_read_only()) continue;
    const std::string name(tool.name);
    INFO(name);
    CHECK(scene.bob.refused(name, {{"surprise", 1}}).at("code").as_string() == "invalid_argument");
    // It is written down beside the answer, not before it.
    scene.bob.call("query_audit_log", json::object{});
    CHECK(scene.refusals("agent bob", name + ": invalid_argument") == 1);
  }
}

TEST_CASE("the refusals of a file that is somebody else's name no way that does not exist") {
  Scene scene;
  scene.person.call("pause_agent", {{"agent_id", "ada"}, {"reason", "a look"}});
  for (const char* tool : {"process_agent_update", "resume_agent", "archive_agent"}) {
    const auto refused = scene.ada.refused(tool, json::object{});
    INFO(tool << ": " << json::serialize(refused));
    const std::string hint(refused.at("hint").as_string());
    CHECK(hint.find("resume_agent") == std::string::npos);
    CHECK(hint.find("governorctl resume ada") != std::string::npos);
  }
  CHECK(scene.person.call("resume_agent", {{"agent_id", "ada"}}).at("status").as_string() == "active");
  scene.ada.call("process_agent_update", json::object{});
}
