// Registries of an orchestrator that was in use. What is expected is read from them.
#include <algorithm>
#include <filesystem>

#include "tests/process/import_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/proxy_conversation.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

const std::string kData = GOVERNOR_REAL_DATA;

TEST_CASE("every deployment of the real registries is kept, the ghosts are lost, and twice is once") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const json::object global = json::parse(content(kData + "/GLOBAL_REGISTRY.json")).as_object();
  const json::object& agents = global.at("agents").as_object();
  const auto running = std::count_if(agents.begin(), agents.end(), [](const auto& agent) {
    return agent.value().at("status").as_string() == "working";
  });
  REQUIRE(running > 0);

  const ImportReport first = import_data(sandbox, kData);
  INFO(first.text);
  CHECK(first.code == 0);
  CHECK(first.outcomes("imported") == static_cast<std::int64_t>(agents.size()));
  CHECK(first.body.at("ghosts").to_number<std::int64_t>() == running);
  CHECK(first.body.at("tasks").as_array().size() == global.at("tasks").as_object().size());
  const std::string once = stored_import(sandbox);
  CHECK(import_data(sandbox, kData).outcomes("unchanged") == static_cast<std::int64_t>(agents.size()));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kData)) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().string());
    const ImportReport single = import_data(sandbox, entry.path().string());
    CHECK(single.code == 0);
    CHECK(single.outcomes("imported") == 0);
  }
  CHECK(stored_import(sandbox) == once);

  ProxyConversation conversation(sandbox.command(kProxy, {"--tools", "full"}));
  for (const auto& agent : agents) {
    const json::object& from = agent.value().as_object();
    CAPTURE(std::string(agent.key()));
    const json::object kept = conversation.call("get_deployment", {{"deployment_id", agent.key()}})
                                  .content()
                                  .at("deployment")
                                  .as_object();
    const bool completed = from.at("status").as_string() == "completed";
    CHECK(kept.at("state").as_string() == (completed ? "finished" : "lost"));
    CHECK(kept.at("task_id").as_string() == from.at("task_id").as_string());
    CHECK(kept.at("agent_type").as_string() == from.at("type").as_string());
    CHECK(kept.at("parent").as_string() == from.at("parent").as_string());
    CHECK_FALSE(kept.contains("pid"));
    const std::string created(kept.at("created").as_string());
    CHECK(created == std::string(from.at("started_at").as_string()) + "Z");
  }
  const auto repair = conversation.call("validate_and_repair_registry", {{"dry_run", true}}).content();
  CHECK(repair.at("count") == 0);
}

}  // namespace
}  // namespace governor::test
