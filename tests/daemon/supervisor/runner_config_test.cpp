#include "daemon/lifecycle/runner_config.hpp"

#include <boost/json.hpp>

#include "tests/support/catch.hpp"

namespace governor::daemon::test {
namespace {

std::optional<std::string> set_runners(DeploymentSettings& settings, const char* json) {
  bool is_known = false;
  auto wrong = set_launching("runners", boost::json::parse(json), settings, is_known);
  CHECK(is_known);
  return wrong;
}

const Runner& runner_named(const DeploymentSettings& settings, std::string_view name) {
  for (const Runner& runner : settings.runners) {
    if (runner.name == name) return runner;
  }
  FAIL("there is no such runner");
  return settings.runners.front();
}

}  // namespace

TEST_CASE("a runner of the configuration comes to those that are built in", "[runner_config]") {
  DeploymentSettings settings;
  CHECK_FALSE(
      set_runners(settings, R"({"mine": {"command": ["/opt/mine", "{prompt_file}"], "input": "terminal",
    "output": "stream-json", "pass": ["MINE_*"], "set": {"A": "b"}, "timeout_seconds": 60, "memory_mb": 100,
    "waits": {"permission": ["may I?"]}, "ends_after_result": true, "setup": ["make"]}})"));
  const Runner& mine = runner_named(settings, "mine");
  CHECK(mine.arguments == std::vector<std::string>{"/opt/mine", "{prompt_file}"});
  CHECK(mine.input == ProgramInput::terminal);
  CHECK(mine.stream_json);
  CHECK(mine.ends_after_result);
  CHECK(mine.timeout_seconds == 60);
  CHECK(mine.waits.back().text == "may I?");
  CHECK(mine.waits.back().waiting_for == core::WaitingFor::permission);
}

TEST_CASE("one that is built in is changed in what is given", "[runner_config]") {
  DeploymentSettings settings;
  const std::vector<std::string> before = runner_named(settings, "claude").arguments;
  CHECK_FALSE(set_runners(settings, R"({"claude": {"timeout_seconds": 5}})"));
  CHECK(runner_named(settings, "claude").arguments == before);
  CHECK(runner_named(settings, "claude").timeout_seconds == 5);
}

TEST_CASE("what is wrong with a runner is named, and nothing is changed", "[runner_config]") {
  const auto [json, part] = GENERATE(table<const char*, const char*>({
      {R"([])", "runners must be an object"},
      {R"({"x": 1})", "\"x\" must be a name"},
      {R"({"x": {"shell": true}})", "shell is none of command"},
      {R"({"x": {"command": "ls"}})", "command must be a list"},
      {R"({"x": {"command": ["a\u0000b"]}})", "command must be a text"},
      {R"({"x": {"input": "open"}})", "input must be one of"},
      {R"({"x": {"output": "xml"}})", "output must be"},
      {R"({"x": {"timeout_seconds": -1}})", "timeout_seconds must be a whole number"},
      {R"({"x": {"waits": {"tea": ["x"]}}})", "tea is none of"},
      {R"({"x": {"set": ["A"]}})", "set must be an object"},
  }));
  DeploymentSettings settings;
  const std::size_t before = settings.runners.size();
  const auto wrong = set_runners(settings, json);
  REQUIRE(wrong);
  INFO(*wrong);
  CHECK(wrong->find(part) != std::string::npos);
  CHECK(settings.runners.size() == before);
}

}  // namespace governor::daemon::test
