// Registries of the old orchestrator as they are read, without a daemon.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>

#include "ctl/import/registry_agents.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl::legacy::test {
namespace {

/// A tree with these files; what is read of it.
struct Registries {
  Registries(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, text] : files) {
      const std::string path = directory.path() + "/" + name;
      std::filesystem::create_directories(std::filesystem::path(path).parent_path());
      std::ofstream(path) << text;
    }
    const auto tree = records::FileTree::open(directory.path());
    REQUIRE(tree.has_value());
    std::vector<records::PassedOver> passed_over;
    TimeReader times(Zone{});
    RegistryAgents read(*tree, tree->files(passed_over), times, findings);
    while (auto item = read.next()) agents.push_back(*std::move(item));
    ghosts = read.ghosts();
    tasks = read.tasks();
  }

  [[nodiscard]] bool has(std::string_view code, std::string_view field) const {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.code == code && finding.field == field;
    });
  }

  TemporaryDirectory directory;
  Findings findings;
  std::vector<LegacyAgents::Item> agents;
  std::vector<ImportedTask> tasks;
  std::size_t ghosts = 0;
};

}  // namespace

TEST_CASE("agents of a registry are a map or a list") {
  const Registries map{
      {"GLOBAL_REGISTRY.json", R"({"agents":{"a-1":{"type":"a","status":"completed"}},"tasks":{}})"}};
  const Registries list{{"T/AGENT_REGISTRY.json",
                         R"({"task_id":"T","agents":[{"id":"a-1","type":"a","status":"completed"}]})"}};
  REQUIRE(map.agents.size() == 1);
  REQUIRE(list.agents.size() == 1);
  CHECK(map.agents[0].id == "a-1");
  CHECK(list.agents[0].id == "a-1");
  CHECK(map.agents[0].agent->deployment->state == "finished");
  CHECK(list.agents[0].agent->deployment->task_id == "T");
  const Registries neither{{"GLOBAL_REGISTRY.json", R"({"agents":7})"}};
  CHECK(neither.agents.empty());
  CHECK(neither.has("bad_value", "agents"));
}

TEST_CASE("words for an end are an end, all others are lost") {
  const std::vector<std::pair<std::string, std::string>> words{
      {"completed", "finished"}, {"failed", "failed"}, {"error", "failed"},  {"terminated", "stopped"},
      {"working", "lost"},       {"blocked", "lost"},  {"whatever", "lost"}, {"", "lost"}};
  std::string agents;
  for (const auto& [word, state] : words) {
    agents += std::string(agents.empty() ? "" : ",") + R"("x-)" + word + R"(":{"type":"x","status":")" +
              word + R"("})";
  }
  const Registries read{{"GLOBAL_REGISTRY.json", R"({"agents":{)" + agents + "}}"}};
  REQUIRE(read.agents.size() == words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    CAPTURE(words[i].first);
    CHECK(read.agents[i].agent->deployment->state == words[i].second);
  }
  CHECK(read.ghosts == 2);
}

TEST_CASE("counters that disagree with the entries are told, and those that agree are not") {
  const Registries read{
      {"T/AGENT_REGISTRY.json",
       R"({"task_id":"T","total_spawned":3,"active_count":1,"completed_count":1,)"
       R"("agents":[{"id":"a","type":"x","status":"working"},{"id":"b","type":"x","status":"completed"}]})"}};
  CHECK(read.has("count_mismatch", "total_spawned"));
  CHECK_FALSE(read.has("count_mismatch", "active_count"));
  CHECK_FALSE(read.has("count_mismatch", "completed_count"));
}

TEST_CASE("depth that no registry says is counted along the parents, in circles too") {
  const Registries read{
      {"GLOBAL_REGISTRY.json",
       R"({"agents":{"a":{"type":"x","parent":"orchestrator"},"b":{"type":"x","parent":"a"},)"
       R"("c":{"type":"x","parent":"b"},"d":{"type":"x","parent":"d"}}})"}};
  REQUIRE(read.agents.size() == 4);
  CHECK(read.agents[0].agent->deployment->depth == 1);
  CHECK(read.agents[1].agent->deployment->depth == 2);
  CHECK(read.agents[2].agent->deployment->depth == 3);
  CHECK(read.agents[3].agent->deployment->depth <= 1000);
}

TEST_CASE("a registry that is no JSON is refused, and the other one is read") {
  const Registries read{{"GLOBAL_REGISTRY.json", R"({"agents":{"a":)"},
                        {"T/AGENT_REGISTRY.json", R"({"task_id":"T","agents":[{"id":"b","type":"x"}]})"}};
  CHECK(read.has("damaged_file", ""));
  REQUIRE(read.agents.size() == 1);
  CHECK(read.agents[0].id == "b");
}

TEST_CASE("tasks of the registries are over, whatever was said of them") {
  const Registries read{{"GLOBAL_REGISTRY.json",
                         R"({"agents":{},"tasks":{"T1":{"description":"one","status":"INITIALIZED"},)"
                         R"("T2":{"description":"two","status":"COMPLETED"}}})"}};
  REQUIRE(read.tasks.size() == 2);
  CHECK(read.tasks[0].status == "cancelled");
  CHECK(read.tasks[1].status == "done");
  CHECK(read.tasks[0].title == "one");
}

}  // namespace governor::ctl::legacy::test
