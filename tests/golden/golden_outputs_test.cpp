// What everybody outside may rely on: the answers of every tool, of every request of governor's own and of
// every command with --json are those that are recorded.
#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/golden/recording.hpp"
#include "tests/golden/script.hpp"
#include "tests/support/catch.hpp"

using namespace governor::test;

namespace {

std::string script_path(const char* name) {
  return std::string(GOVERNOR_OUTPUTS_DIR) + "/" + name + ".script.jsonl";
}

/// What the steps have under this key.
std::set<std::string> named_in(const Script& script, const char* key) {
  std::set<std::string> names;
  for (const auto& step : script.steps())
    if (const auto* name = step.if_contains(key)) names.emplace(name->as_string());
  return names;
}

/// The commands that governorctl knows, by its help.
std::set<std::string> all_commands() {
  std::set<std::string> commands;
  std::istringstream help(governor::ctl::test::run_governorctl("/nowhere", {"--help"}).out);
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    if (!line.starts_with(' ')) {
      listed = line.starts_with("Subcommands:");
    } else if (listed && line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      commands.insert(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return commands;
}

}  // namespace

TEST_CASE("every tool answers as recorded, what succeeds and what is refused") {
  Script script(script_path("tools"));
  const auto called = named_in(script, "tool");
  for (const auto& tool : governor::daemon::all_tools()) {
    INFO(tool.name);
    CHECK(called.count(std::string(tool.name)) == 1);
  }
  check_against_record("tools", script.play());
}

TEST_CASE("every request of governor's own, and what clients ask of the protocol, is answered as recorded") {
  Script script(script_path("requests"));
  const auto asked = named_in(script, "method");
  for (const auto& request : governor::daemon::governor_requests()) {
    INFO(request.name);
    CHECK(asked.count(std::string(request.name)) == 1);
  }
  check_against_record("requests", script.play());
}

TEST_CASE("every command of governorctl gives the JSON that is recorded") {
  Script script(script_path("ctl"));
  // These start, end and look for whole processes; tests/process has them.
  std::set<std::string> called{"demo", "ps", "replay", "restart", "run", "stop"};
  for (const auto& step : script.steps())
    if (const auto* words = step.if_contains("ctl")) called.emplace(words->at(0).as_string());
  const auto commands = all_commands();
  CHECK(commands.size() > 20);
  for (const std::string& command : commands) {
    INFO(command);
    CHECK(called.count(command) == 1);
  }
  check_against_record("ctl", script.play());
}
