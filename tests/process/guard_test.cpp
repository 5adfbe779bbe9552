// What real tools meet when they want the same file: MCP clients, hooks of Claude Code, commits, and a
// person.
#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/process/clients.hpp"
#include "tests/process/hook_tool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::string project_file(const Sandbox& sandbox, const std::string& name, const std::string& content) {
  const std::string directory = sandbox.directory() + "/project";
  std::filesystem::create_directories(directory);
  std::ofstream(directory + '/' + name, std::ios::binary) << content;
  return std::filesystem::canonical(directory + '/' + name).string();
}

/// The default of 30 s is what unit tests look at; here it is the real clock that counts.
constexpr std::chrono::seconds kGrace{3};
void shorten_grace(const Sandbox& sandbox) {
  std::ofstream(sandbox.directory() + "/config.json") << R"({"lease_grace_seconds": 3})";
}

std::string lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "line " + std::to_string(i) + '\n';
  return text;
}

bool contains(const json::value& text, std::string_view part) {
  return text.is_string() && std::string_view(text.get_string()).find(part) != std::string_view::npos;
}

std::string decision(const json::object& verdict) {
  return verdict.contains("permissionDecision") ? std::string(verdict.at("permissionDecision").as_string())
                                                : "";
}

Finished control(const Sandbox& sandbox, std::vector<std::string> arguments) {
  Command command = sandbox.command(kControl, std::move(arguments));
  command.error_file.clear();
  const auto finished = run(command, patience());
  REQUIRE(finished.has_value());
  return *finished;
}

json::object leases(const Sandbox& sandbox) {
  const Finished finished = control(sandbox, {"leases", "--json"});
  INFO(finished.output << finished.errors);
  REQUIRE(finished.code == 0);
  return json::parse(finished.output).as_object();
}

std::size_t waiting(const Sandbox& sandbox) {
  return leases(sandbox).at("waiting").as_array().size();
}

std::size_t held(const Sandbox& sandbox) {
  return leases(sandbox).at("leases").as_array().size();
}

json::object wish(const std::string& path, int wait_seconds = 0) {
  return {{"paths", {path}}, {"wait_seconds", wait_seconds}, {"ttl_seconds", 600}, {"reason", "a test"}};
}

TEST_CASE(
    "two MCP clients and a hook want one file: one gets it, the others are told by whom and get it in "
    "order") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(20));
  ProxyConversation first(sandbox);
  ProxyConversation second(sandbox);
  first.initialize();
  second.initialize();
  const json::object granted = first.call("request_write", wish(file)).content();
  REQUIRE(granted.at("status").as_string() == "granted");

  const json::object refused = second.call("request_write", wish(file)).content();
  CHECK(refused.at("status").as_string() == "held");
  CHECK(refused.at("holders").at(0).at("lease") == granted.at("lease"));
  HookTool impatient(sandbox, "11111111-session");
  const json::object denied = impatient.may_write(file, lines(21));
  CHECK(decision(denied) == "deny");
  CHECK(contains(denied.at("permissionDecisionReason"), "holds it since"));
  CHECK(contains(denied.at("permissionDecisionReason"), std::to_string(first.process().pid())));

  second.ask_tool("request_write", wish(file, 60));
  REQUIRE(until(patience(), [&] { return waiting(sandbox) == 1; }));
  HookTool patient(sandbox, "22222222-session", {"--wait", "60"});
  patient.ask(file, lines(22));
  REQUIRE(until(patience(), [&] { return waiting(sandbox) == 2; }));

  REQUIRE(first.call("release_write", {{"lease", granted.at("lease")}}).tool_error().empty());
  const json::object next = second.next_answer().content();
  CHECK(next.at("status").as_string() == "granted");
  CHECK(next.at("fence").as_int64() > granted.at("fence").as_int64());
  CHECK(waiting(sandbox) == 1);
  REQUIRE(second.call("release_write", {{"lease", next.at("lease")}}).tool_error().empty());
  CHECK(decision(patient.verdict()) == "allow");
  CHECK(decision(impatient.may_write(file, lines(21))) == "deny");
  CHECK(patient.wrote(file).empty());
  CHECK(held(sandbox) == 0);
  CHECK(decision(impatient.may_write(file, lines(21))) == "allow");
}

TEST_CASE("a holder that is killed loses the file after the grace, and the hook that waits gets it") {
  const Sandbox sandbox;
  shorten_grace(sandbox);
  const std::string file = project_file(sandbox, "core.cpp", lines(20));
  ProxyConversation holder(sandbox);
  holder.initialize();
  REQUIRE(holder.call("request_write", wish(file)).content().at("status").as_string() == "granted");
  HookTool tool(sandbox, "33333333-session", {"--wait", "60"});
  tool.ask(file, lines(21));
  REQUIRE(until(patience(), [&] { return waiting(sandbox) == 1; }));
  const auto killed = std::chrono::steady_clock::now();
  holder.process().signal(SIGKILL);
  CHECK(decision(tool.verdict()) == "allow");
  // Not before: the client could have come back.
  CHECK(std::chrono::steady_clock::now() - killed >= kGrace - 100ms);
}

TEST_CASE("a tool that is killed between its hooks loses the file as well") {
  const Sandbox sandbox;
  shorten_grace(sandbox);
  const std::string file = project_file(sandbox, "core.cpp", lines(20));
  HookTool tool(sandbox, "44444444-session");
  REQUIRE(decision(tool.may_write(file, lines(21))) == "allow");
  CHECK(held(sandbox) == 1);
  tool.process().signal(SIGKILL);
  CHECK(until(patience(50s), [&] { return held(sandbox) == 0; }));
}

TEST_CASE("twenty lines over five hundred are denied, held by another or by nobody") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(500));
  HookTool tool(sandbox, "55555555-session");
  const json::object shrink = tool.may_write(file, lines(20));
  CHECK(decision(shrink) == "deny");
  CHECK(contains(shrink.at("permissionDecisionReason"), "20 of the 500 lines"));
  CHECK(held(sandbox) == 0);
  ProxyConversation owner(sandbox);
  owner.initialize();
  REQUIRE(owner.call("request_write", wish(file)).content().at("status").as_string() == "granted");
  CHECK(decision(tool.may_write(file, lines(499))) == "deny");
}

TEST_CASE("an agent that repairs in circles is stopped, and a person is asked") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(500));
  HookTool tool(sandbox, "99999999-session");
  const auto write = [&](const std::string& content) {
    const json::object verdict = tool.may_write(file, content);
    if (decision(verdict) == "allow") project_file(sandbox, "core.cpp", content);
    return verdict;
  };
  for (const int count : {400, 500, 400}) {
    REQUIRE(decision(write(lines(count))) == "allow");
    REQUIRE(tool.wrote(file).empty());
  }
  REQUIRE(decision(write(lines(500))) == "allow");
  const json::object objection = tool.wrote(file);
  REQUIRE(objection.contains("decision"));
  CHECK(objection.at("decision").as_string() == "block");
  CHECK(contains(objection.at("reason"), "Stop writing it back and forth"));
  const json::object denied = write(lines(400));
  CHECK(decision(denied) == "deny");
  CHECK(contains(denied.at("permissionDecisionReason"), "back and forth"));
  const Finished alerts = control(sandbox, {"alerts"});
  INFO(alerts.output);
  CHECK(alerts.output.find("claude-code-99999999") != std::string::npos);
}

TEST_CASE("a command that was running when the daemon was killed is told what it did") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(500));
  const std::string project = std::filesystem::path(file).parent_path().string();
  HookTool tool(sandbox, "bbbbbbbb-session");
  const auto event = [&](const char* name) {
    return json::object{{"cwd", project},
                        {"hook_event_name", name},
                        {"tool_name", "Bash"},
                        {"tool_use_id", "use-1"},
                        {"tool_input", {{"command", "echo x > core.cpp"}}},
                        {"tool_response", {{"stdout", ""}}},
                        {"duration_ms", 30'000}};
  };
  std::optional<Child> daemon(sandbox.start_daemon());
  const auto id = [&] {
    return json::parse(control(sandbox, {"status", "--json"}).output).at("pid").as_int64();
  };
  CHECK(tool.hear(event("PreToolUse")).empty());
  const auto before = id();
  daemon->signal(SIGKILL);
  REQUIRE(daemon->wait(patience()).has_value());
  project_file(sandbox, "core.cpp", lines(1));
  const json::object told = tool.hear(event("PostToolUse"));
  INFO(told);
  CHECK(id() != before);
  REQUIRE(told.contains("reason"));
  CHECK(contains(told.at("reason"), "core.cpp changed from 500 to 1 lines"));
  CHECK(control(sandbox, {"alerts"}).output.find("by a command of agent \"claude-code-bbbbbbbb\"") !=
        std::string::npos);
  CHECK(control(sandbox, {"restore", file}).code == 0);
  CHECK(std::filesystem::file_size(file) == lines(500).size());
}

TEST_CASE("when a session ends, what it holds is free at once though its process goes on") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(20));
  HookTool tool(sandbox, "cccccccc-session");
  REQUIRE(decision(tool.may_write(file, lines(21))) == "allow");
  CHECK(held(sandbox) == 1);
  CHECK(tool.hear({{"cwd", "/"}, {"hook_event_name", "SessionEnd"}, {"reason", "clear"}}).empty());
  CHECK(held(sandbox) == 0);
}

TEST_CASE("a shell that writes past the hooks is an alert within a second, undone with one command") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(500));
  const Child daemon = sandbox.start_daemon();
  const std::string project = std::filesystem::path(file).parent_path().string();
  REQUIRE(control(sandbox, {"watch", project}).code == 0);
  HookTool tool(sandbox, "aaaaaaaa-session");
  REQUIRE(decision(tool.may_write(file, lines(20))) == "deny");
  const Command shell = sandbox.command("/bin/sh", {"-c", "seq 20 >" + file});
  REQUIRE(run(shell, patience()).has_value());
  std::string shown;
  CHECK(until(ipc::Deadline::after(1s * kSlowness), [&] {
    shown = control(sandbox, {"alerts"}).output;
    return shown.find("from 500 lines") != std::string::npos;
  }));
  INFO(shown);
  CHECK(shown.find("core.cpp") != std::string::npos);
  const Finished restored = control(sandbox, {"restore", file});
  INFO(restored.output << restored.errors);
  CHECK(restored.code == 0);
  std::ifstream stream(file, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  CHECK(content == lines(500));
}

TEST_CASE("a holder that is stopped hangs nobody: the waiter gets its deadline, a person sees and ends it") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(20));
  ProxyConversation frozen(sandbox);
  ProxyConversation other(sandbox);
  frozen.initialize();
  other.initialize();
  REQUIRE(frozen.call("request_write", wish(file)).content().at("status").as_string() == "granted");
  frozen.process().signal(SIGSTOP);

  // Everybody else goes on.
  CHECK(other.call("process_agent_update", {{"agent_id", "ada"}, {"response_text", "going on"}})
            .tool_error()
            .empty());
  const std::string elsewhere = project_file(sandbox, "other.cpp", lines(20));
  CHECK(other.call("request_write", wish(elsewhere)).content().at("status").as_string() == "granted");
  CHECK(other.call("request_write", wish(file, 1)).content().at("status").as_string() == "held");

  const Finished shown = control(sandbox, {"leases"});
  INFO(shown.output);
  CHECK(shown.output.find("its process is stopped") != std::string::npos);
  CHECK(shown.output.find(std::to_string(frozen.process().pid())) != std::string::npos);

  other.ask_tool("request_write", wish(file, 60));
  REQUIRE(until(patience(), [&] { return waiting(sandbox) == 1; }));
  const json::array open = leases(sandbox).at("leases").as_array();
  const auto culprit = std::find_if(open.begin(), open.end(), [&](const json::value& lease) {
    return lease.at("pid").as_int64() == frozen.process().pid();
  });
  REQUIRE(culprit != open.end());
  const Finished broken = control(
      sandbox,
      {"leases", "break", std::to_string(culprit->at("lease").as_int64()), "--reason", "it is frozen"});
  INFO(broken.errors);
  CHECK(broken.code == 0);
  CHECK(other.next_answer().content().at("status").as_string() == "granted");

  frozen.process().signal(SIGCONT);
  const Answer late = frozen.call("release_write", {{"lease", culprit->at("lease")}});
  CHECK(late.tool_error().empty());
  CHECK(late.content().at("ending_reason").as_string() == "it is frozen");
}

TEST_CASE("the first hook starts the daemon, and a daemon that is stopped gives the fallback in time") {
  const Sandbox sandbox;
  const std::string file = project_file(sandbox, "core.cpp", lines(20));
  HookTool tool(sandbox, "66666666-session");
  CHECK(decision(tool.may_write(file, lines(21))) == "allow");
  const pid_t daemon = sandbox.daemon();
  REQUIRE(daemon != 0);
  ::kill(daemon, SIGSTOP);
  HookTool hurried(sandbox, "77777777-session", {"--timeout", "0.5"});
  const auto asked = std::chrono::steady_clock::now();
  const json::object unknown = hurried.may_write(file, lines(21));
  ::kill(daemon, SIGCONT);
  CHECK(std::chrono::steady_clock::now() - asked < 10s * kSlowness);
  CHECK(decision(unknown) == "ask");
  CHECK(contains(unknown.at("permissionDecisionReason"), "could not check"));
}

}  // namespace
}  // namespace governor::test
