#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <set>
#include <string>

#include "daemon/mcp/catalogue.hpp"
#include "daemon/tools/tool.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
namespace json = boost::json;

namespace {

std::vector<std::string> names(const std::vector<const Tool*>& tools) {
  std::vector<std::string> result;
  for (const Tool* tool : tools) result.emplace_back(tool->name);
  return result;
}

json::object listed_tools(Revision revision) {
  return json::parse(tool_list_json(*tools_of_profile("core"), revision)).as_object();
}

}  // namespace

TEST_CASE("the tools are listed in one order, always") {
  const std::vector<std::string> expected{"register_agent",
                                          "request_write",
                                          "commit_file",
                                          "release_write",
                                          "process_agent_update",
                                          "simulate_update",
                                          "get_governance_metrics",
                                          "get_system_history",
                                          "list_agents",
                                          "health_check",
                                          "get_server_info",
                                          "get_agent_metadata",
                                          "list_alerts",
                                          "resume_agent"};
  CHECK(names(*tools_of_profile("core")) == expected);
  CHECK(names(*tools_of_profile("")) == expected);
  CHECK(names(*tools_of_profile("full")).size() == all_tools().size());
  for (const Revision revision : {Revision::v2024_11_05, Revision::v2026_07_28}) {
    CHECK(tool_list_json(*tools_of_profile("core"), revision) ==
          tool_list_json(*tools_of_profile("core"), revision));
  }
}

TEST_CASE("groups are added to core, unless it is left out") {
  const auto core = names(*tools_of_profile("core"));
  const auto tasks = names(*tools_of_profile("-core,tasks"));
  CHECK(tasks.front() == "define_task");
  for (const char* profile : {"tasks", "core,tasks", "tasks,core", "tasks,tasks"}) {
    INFO(profile);
    const auto chosen = names(*tools_of_profile(profile));
    CHECK(chosen.size() == core.size() + tasks.size());
    CHECK(std::equal(core.begin(), core.end(), chosen.begin()));
    CHECK(std::equal(tasks.rbegin(), tasks.rend(), chosen.rbegin()));
  }
  CHECK(names(*tools_of_profile("server,-core")) ==
        std::vector<std::string>{"health_check", "get_server_info", "show_fleet"});
  CHECK(names(*tools_of_profile("full,-core")).size() == all_tools().size());
}

TEST_CASE("a profile that means nothing is refused, and the groups that there are named") {
  for (const char* wrong : {"nothing", "agents,nothing", ",", "agents,,server", "-tasks", "Core", "-core"}) {
    const auto refused = tools_of_profile(wrong);
    INFO(wrong);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().field == "tools");
    for (const std::string_view group : kToolGroups) {
      CHECK(refused.error().message.find(group) != std::string::npos);
    }
    CHECK(refused.error().message.find("-core") != std::string::npos);
  }
}

TEST_CASE("the core profile costs a model less than 3200 tokens") {
  // Tokenizers of models make a token of four bytes and more of such lists; three is the worst that is to be
  // expected.
  constexpr std::size_t kBytesOfToken = 3;
  for (const Revision revision : {Revision::v2024_11_05, Revision::v2025_03_26, Revision::v2025_06_18,
                                  Revision::v2025_11_25, Revision::v2026_07_28}) {
    const std::size_t bytes = tool_list_json(*tools_of_profile("core"), revision).size();
    std::cout << "tools/list of the core profile in " << to_string(revision) << ": " << bytes
              << " bytes, at most " << bytes / kBytesOfToken << " tokens\n";
    CHECK(bytes / kBytesOfToken < 3200);
  }
}

TEST_CASE("every tool has a name of its own and schemas that are JSON objects") {
  std::set<std::string_view> seen;
  for (const Tool& tool : all_tools()) {
    INFO(tool.name);
    CHECK(seen.insert(tool.name).second);
    CHECK(find_tool(tool.name) == &tool);
    const json::value parsed = json::parse(tool.output_schema);
    REQUIRE(parsed.is_object());
    CHECK(parsed.at("type").as_string() == "object");
  }
  CHECK(find_tool("no_such_tool") == nullptr);
}

TEST_CASE("an older revision is not sent what it does not know") {
  const auto first = [](Revision revision) {
    return listed_tools(revision).at("tools").as_array()[0].as_object();
  };
  CHECK_FALSE(first(Revision::v2024_11_05).contains("annotations"));
  CHECK_FALSE(first(Revision::v2025_03_26).contains("title"));
  CHECK(first(Revision::v2025_03_26).contains("annotations"));
  CHECK_FALSE(first(Revision::v2025_03_26).contains("outputSchema"));
  CHECK(first(Revision::v2025_06_18).contains("title"));
  CHECK(first(Revision::v2025_06_18).contains("outputSchema"));
  CHECK_FALSE(listed_tools(Revision::v2025_11_25).contains("ttlMs"));
  CHECK(listed_tools(Revision::v2026_07_28).at("resultType").as_string() == "complete");
  CHECK(listed_tools(Revision::v2026_07_28).contains("ttlMs"));
  CHECK(listed_tools(Revision::v2026_07_28).contains("cacheScope"));
}
