// What everybody outside may rely on: the answers of every tool, of every request of governor's own and of
// every command with --json are those that are recorded.
#include <CLI/CLI.hpp>
#include <iostream>
#include <set>
#include <string>
#include <string_view>

#include "ctl/command_line/commands.hpp"
#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"
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

/// Commands that start, end or look for whole processes, or ask the service manager of whoever runs the
/// tests: those of tests/process have them.
const std::set<std::string> kOfWholeProcesses{"demo",
                                              "ps",
                                              "replay",
                                              "restart",
                                              "run",
                                              "selftest",
                                              "state backup",
                                              "state verify",
                                              "service start",
                                              "service status",
                                              "service stop",
                                              "stop",
                                              "service uninstall",
                                              "shared agents",
                                              "shared alerts",
                                              "shared approvals",
                                              "shared init",
                                              "shared join",
                                              "shared leases",
                                              "shared leave",
                                              "shared status"};

/// What is no JSON by its nature: scripts and pages for other programs, and the answers of hooks to theirs.
const std::set<std::string> kNoJson{"completion bash",   "completion fish", "completion zsh", "man",
                                    "guard claude-code", "guard git"};

/// What opens an editor.
const std::set<std::string> kInteractive{"config edit"};

void gather_commands(const CLI::App& app, const std::string& above, std::set<std::string>& commands) {
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string path = above + sub->get_name();
    // Some are nothing without a command below them.
    if (sub->get_require_subcommand_min() == 0) commands.insert(path);
    gather_commands(*sub, path + ' ', commands);
  }
}

/// By their paths: "leases break".
std::set<std::string> all_commands() {
  CLI::App app;
  governor::ctl::Context context{std::cout, std::cerr, {}};
  std::string runtime_dir;
  governor::ctl::Action action;
  governor::ctl::declare_commands(app, context, runtime_dir, action);
  std::set<std::string> commands;
  gather_commands(app, "", commands);
  return commands;
}

/// The command of such a line: the longest path that it begins with. Empty: it names none.
std::string command_in(const std::string& line, const std::set<std::string>& commands) {
  std::string found;
  for (const std::string& path : commands)
    if ((line + ' ').starts_with(path + ' ') && path.size() > found.size()) found = path;
  return found;
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
  const auto commands = all_commands();
  CHECK(commands.size() > 80);
  const auto played = script.play();
  std::set<std::string> called;
  for (const Script::Played& step : played) {
    constexpr std::string_view kProgram = "governorctl ";
    if (!step.step.starts_with(kProgram)) continue;
    INFO(step.step);
    const std::string command = command_in(step.step.substr(kProgram.size()), commands);
    called.insert(command);
    const bool is_json = !step.answer.meaning.at("out").is_string();
    CHECK((is_json || kNoJson.count(command) == 1));
  }
  for (const std::string& command : commands) {
    INFO(command);
    const bool is_excepted =
        kOfWholeProcesses.count(command) + kNoJson.count(command) + kInteractive.count(command) > 0;
    CHECK((is_excepted || called.count(command) == 1));
  }
  check_against_record("ctl", played);
}
