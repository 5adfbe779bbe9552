// Evidence with the real programs: it comes exactly once, keeps no contents, and commands are watched for it.
#include <signal.h>

#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "ipc/client.hpp"
#include "tests/process/clients.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/line_stream.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

/// A connection of somebody who tells of events, and comes back when the daemon has gone.
class Teller {
 public:
  Teller(const Sandbox& sandbox, std::string role) : sandbox_(sandbox), role_(std::move(role)) {}

  /// Until it is acknowledged, with the same words each time. Nothing at the deadline.
  std::optional<json::object> tell(std::string_view method, const json::object& params,
                                   ipc::Deadline deadline = patience()) {
    while (!deadline.expired()) {
      if (!client_) connect(deadline);
      if (!client_) continue;
      const auto answer = client_->call(method, params, deadline);
      if (answer) return answer->as_object();
      if (answer.error().code == ipc::Errc::remote_error &&
          !answer.error().message.starts_with("shutting_down"))
        throw std::runtime_error(answer.error().message);
      client_.reset();
    }
    return std::nullopt;
  }

 private:
  void connect(ipc::Deadline deadline) {
    static_cast<void>(sandbox_.wait_for_daemon(deadline));
    auto client = ipc::Client::connect(sandbox_.socket(), deadline);
    if (!client || !client->introduce_as("teller", role_)) return;
    client_.emplace(*std::move(client));
  }

  const Sandbox& sandbox_;
  std::string role_;
  std::optional<ipc::Client> client_;
};

json::object note(const std::string& agent, json::array events) {
  return {{"agent_id", agent}, {"cwd", "/p"}, {"events", std::move(events)}};
}

Finished control(const Sandbox& sandbox, std::vector<std::string> arguments) {
  Command command = sandbox.command(kControl, std::move(arguments));
  command.error_file.clear();
  const auto finished = run(command, patience());
  REQUIRE(finished.has_value());
  return *finished;
}

json::array activity(const Sandbox& sandbox) {
  const Finished finished = control(sandbox, {"activity", "--rows", "100000", "--json"});
  INFO(finished.output << finished.errors);
  REQUIRE(finished.code == 0);
  return json::parse(finished.output).at("evidence").as_array();
}

/// The names of the files below the state directory that hold the text, but for backups of users' files.
std::set<std::string> files_with(const Sandbox& sandbox, const std::string& text) {
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(sandbox.state_dir())) {
    if (!entry.is_regular_file() || entry.path().string().find("/file_backups/") != std::string::npos)
      continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(file)), {});
    if (content.find(text) != std::string::npos) found.insert(entry.path().filename().string());
  }
  return found;
}

std::string make_script(const Sandbox& sandbox, const std::string& name, const std::string& text) {
  const std::string path = sandbox.directory() + '/' + name;
  std::ofstream(path) << "#!/bin/sh\n" << text;
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

TEST_CASE("evidence comes exactly once, however often the daemon is killed and the same is told again") {
  constexpr int kKills = 8;
  constexpr int kBetween = 5;
  const Sandbox sandbox;
  std::optional<Child> daemon(sandbox.start_daemon());
  std::atomic<int> acknowledged{0};
  std::atomic<bool> enough{false};
  std::atomic<bool> failed{false};
  std::thread teller([&] {
    try {
      Teller person(sandbox, "person");
      for (int i = 1; !enough; ++i) {
        const json::array events = {
            {{"event", "prose_said"}, {"prose_bytes", i}, {"source", std::to_string(i)}}};
        if (!person.tell("governor/note_evidence", note("ada", events))) break;
        acknowledged = i;
      }
    } catch (const std::exception&) {
      failed = true;
    }
  });
  for (int kill = 1; kill <= kKills && !failed; ++kill) {
    const int before = acknowledged;
    if (!until(patience(), [&] { return acknowledged >= before + kBetween || failed; })) break;
    daemon->signal(SIGKILL);
    static_cast<void>(daemon->wait(patience()));
    daemon.emplace(sandbox.start_daemon());
  }
  enough = true;
  teller.join();
  REQUIRE_FALSE(failed);
  REQUIRE(acknowledged >= kKills * kBetween);
  std::multiset<std::int64_t> seen;
  for (const json::value& entry : activity(sandbox)) seen.insert(entry.at("bytes").as_int64());
  CHECK(seen.size() == static_cast<std::size_t>(acknowledged.load()));
  for (int i = 1; i <= acknowledged; ++i) {
    INFO(i);
    REQUIRE(seen.count(i) == 1);
  }
  CHECK(audit_check(sandbox).at("ok").as_bool());
}

/// Everything that somebody could tell, with the mark in whatever is content.
void tell_secrets(const Sandbox& sandbox, const std::string& mark, std::string& answers) {
  const json::array events = {{{"event", "turn_began"}},
                              {{"event", "tool_used"},
                               {"source", "1"},
                               {"tool", "Bash"},
                               {"command", "deploy --password " + mark + " && pytest -k " + mark},
                               {"output", mark + "\n1 failed, 2 passed in 0.1s\n"},
                               {"success", false},
                               {"exit_code", 1}},
                              {{"event", "tool_used"}, {"tool", "Edit"}, {"path", "a.txt"}, {"edit", mark}},
                              {{"event", "turn_ended"}, {"prose_bytes", 100}}};
  CHECK(control(sandbox, {"activity"}).code == 0);  // which starts the daemon
  Teller hooks(sandbox, "guard");
  json::object params = {{"agent_kind", "claude-code"}, {"agent_session", "session-1"}, {"cwd", "/p"}};
  params["events"] = events;
  answers += json::serialize(*hooks.tell("governor/record_evidence", params));
  Teller person(sandbox, "person");
  answers += json::serialize(*person.tell("governor/note_evidence", note("ada", events)));
  const Command proxy = sandbox.command(kProxy, {"--tools", "full"});
  ProxyConversation client(proxy);
  client.initialize();
  json::object reported = events[1].as_object();
  reported["agent_id"] = "bob";
  answers += json::serialize(client.call("report_evidence", reported).content());
  const Finished ran =
      control(sandbox, {"run", "--agent", "eve", "--", make_script(sandbox, "deploy", "exit 3\n"), mark});
  CHECK(ran.code == 3);
  for (const char* agent : {"claude-code-session-", "ada", "bob", "eve"})
    answers += json::serialize(client.call("get_evidence", {{"agent_id", agent}}).content());
  answers += control(sandbox, {"activity", "--json"}).output + control(sandbox, {"activity"}).output +
             control(sandbox, {"audit", "--json"}).output + control(sandbox, {"alerts", "--json"}).output +
             control(sandbox, {"agent", "ada", "--json"}).output +
             control(sandbox, {"status", "--json"}).output;
}

TEST_CASE("nothing of commands, output and edits is stored, logged or answered") {
  const std::string mark = "MARK-5f1c9a";
  Sandbox sandbox;
  std::ofstream(sandbox.directory() + "/config.json") << R"({"log_level": "trace"})";
  std::string answers;
  tell_secrets(sandbox, mark, answers);
  CHECK(answers.find(mark) == std::string::npos);
  CHECK(answers.find("pytest") != std::string::npos);  // what it was is known
  CHECK(files_with(sandbox, mark).empty());
  REQUIRE(sandbox.end_daemon());
  CHECK(files_with(sandbox, mark).empty());
  CHECK_FALSE(files_with(sandbox, "claude-code-session-").empty());
}

TEST_CASE("where commands are to be kept they are, and the rest still is not") {
  const std::string mark = "MARK-5f1c9a";
  Sandbox sandbox;
  std::ofstream(sandbox.directory() + "/config.json") << R"({"evidence": {"keep_commands": true}})";
  std::string answers;
  tell_secrets(sandbox, mark, answers);
  CHECK(answers.find("deploy --password " + mark) != std::string::npos);
  CHECK(answers.find(mark + "\\n1 failed") == std::string::npos);
  REQUIRE(sandbox.end_daemon());
  CHECK(files_with(sandbox, mark) == std::set<std::string>{"governor.db"});
}

TEST_CASE("a command that is run is passed through, and its tests are counted") {
  const Sandbox sandbox;
  const std::string script =
      make_script(sandbox, "pytest", "cat\necho '1 failed, 3 passed in 0.12s'\necho problem >&2\nexit 7\n");
  const Finished ran = control(sandbox, {"run", "--agent", "ada", "--", script, "-q"});
  CHECK(ran.code == 7);
  CHECK(ran.output == "1 failed, 3 passed in 0.12s\n");
  CHECK(ran.errors == "problem\n");
  const json::array entries = activity(sandbox);
  REQUIRE(entries.size() == 2);
  const json::object& tests = entries[0].as_object();
  CHECK(tests.at("kind").as_string() == "tests_run");
  CHECK(tests.at("framework").as_string() == "pytest");
  CHECK(tests.at("passed").as_int64() == 3);
  CHECK(tests.at("failed").as_int64() == 1);
  CHECK_FALSE(tests.at("success").as_bool());
  const json::object& tool = entries[1].as_object();
  CHECK(tool.at("exit_code").as_int64() == 7);
  CHECK(tool.at("program").as_string() == "pytest");
  CHECK(tool.at("agent_id").as_string() == "ada");
}

TEST_CASE("a command that is run ends with its signal, is found or not, and needs no daemon") {
  Sandbox sandbox;
  CHECK(control(sandbox, {"run", "--", make_script(sandbox, "dies", "kill -TERM $$\n")}).code ==
        128 + SIGTERM);
  CHECK(control(sandbox, {"run", "--", sandbox.directory() + "/nowhere"}).code == 127);
  std::ofstream(sandbox.directory() + "/config.json") << "no JSON";
  REQUIRE(sandbox.end_daemon());
  const Finished alone =
      control(sandbox, {"run", "--", make_script(sandbox, "works", "echo done\nexit 4\n")});
  CHECK(alone.code == 4);
  CHECK(alone.output == "done\n");
  CHECK(alone.errors.find("could not be recorded") != std::string::npos);
}

json::array failing_turn() {
  return {{{"event", "turn_began"}},
          {{"event", "tool_used"},
           {"tool", "Bash"},
           {"command", "pytest"},
           {"output", "3 failed in 0.1s"},
           {"success", false},
           {"exit_code", 1}},
          {{"event", "turn_ended"}, {"prose_bytes", 400}}};
}

TEST_CASE(
    "why an agent was judged as it was is told after a restart as before it, and killed daemons forget "
    "nothing") {
  Sandbox sandbox;
  std::optional<Child> daemon(sandbox.start_daemon());
  Teller person(sandbox, "person");
  for (int turn = 1; turn <= 7; ++turn)
    REQUIRE(person.tell("governor/note_evidence", note("ada", failing_turn())));
  const Finished before = control(sandbox, {"why", "ada"});
  INFO(before.output << before.errors);
  CHECK(before.code == 0);
  CHECK(before.output.find("ada: revise.") == 0);
  CHECK(before.output.find("4 of the last 4 test runs failed") != std::string::npos);
  CHECK(before.output.find("Probability that this fails:") != std::string::npos);
  CHECK(before.output.find("complexity") != std::string::npos);
  CHECK(control(sandbox, {"restart"}).code == 0);
  CHECK(control(sandbox, {"why", "ada"}).output == before.output);
  REQUIRE(sandbox.end_daemon());
  daemon.emplace(sandbox.start_daemon());
  CHECK(control(sandbox, {"why", "ada"}).output == before.output);
  daemon->signal(SIGKILL);
  static_cast<void>(daemon->wait(patience()));
  daemon.emplace(sandbox.start_daemon());
  CHECK(control(sandbox, {"why", "ada"}).output == before.output);
}

TEST_CASE("activity that is followed is printed as it comes, once each, over the daemon's restart as well") {
  const Sandbox sandbox;
  std::optional<Child> daemon(sandbox.start_daemon());
  Teller person(sandbox, "person");
  const auto say = [&](int number) {
    const json::array events = {{{"event", "prose_said"}, {"prose_bytes", number}}};
    REQUIRE(person.tell("governor/note_evidence", note("ada", events)));
  };
  Child follower(sandbox.command(kControl, {"activity", "--follow", "--json"}));
  LineStream printed(std::move(follower.output));
  const auto next = [&] {
    const auto line = printed.read_line(patience());
    REQUIRE(line);
    return json::parse(*line).at("bytes").as_int64();
  };
  say(1);  // before it has looked for the first time, or after: there was nothing before
  CHECK(next() == 1);
  say(2);
  say(3);
  CHECK(next() == 2);
  CHECK(next() == 3);
  daemon->signal(SIGKILL);
  static_cast<void>(daemon->wait(patience()));
  daemon.emplace(sandbox.start_daemon());
  say(4);
  CHECK(next() == 4);
  follower.signal(SIGTERM);
  CHECK(follower.wait(patience()) == 128 + SIGTERM);
}

TEST_CASE("what cannot be replayed is named, with what was expected") {
  const Sandbox sandbox;
  const auto replayed = [&](const std::string& text) {
    const std::string path = sandbox.directory() + "/what.jsonl";
    std::ofstream(path) << text;
    const Finished finished = control(sandbox, {"replay", path});
    CHECK(finished.code == 1);
    CHECK(finished.output.empty());
    return finished.errors;
  };
  for (const char* junk : {"", "\n\n", "no JSON at all\n", "{\"a\":1}\n", "[1,2]\n", "\xff\xfe\x00"}) {
    const std::string errors = replayed(junk);
    INFO(errors);
    CHECK(errors.find("what.jsonl: there is neither a run in it") != std::string::npos);
  }
  const std::string run = "{\"run\":\"a\",\"steps\":[{\"command\":\"make\",\"exit_code\":0}]}\n";
  for (const auto& [text, expected] :
       {std::pair(run + "no run\n", "what.jsonl, run 2: this is no run"),
        std::pair(run + "\n{\"steps\":[]}\n", "what.jsonl, run 2: this run has no steps"),
        std::pair(std::string("{\"run\":\"a\",\"steps\":7}\n"),
                  "what.jsonl, run 1: this run has no steps")}) {
    const std::string errors = replayed(text);
    INFO(errors);
    CHECK(errors.find(expected) != std::string::npos);
  }
}

}  // namespace
TEST_CASE("an agent whose decision is reject is held back at the end of its turn, where that is set") {
  for (const bool is_set : {false, true}) {
    const Sandbox sandbox;
    std::ofstream(sandbox.directory() + "/config.json")
        << R"({"evidence": {"stop_on_reject": )" << (is_set ? "true" : "false") << "}}";
    CHECK(control(sandbox, {"activity"}).code == 0);  // which starts the daemon
    // With these whatever is not at rest is rejected, if the evidence has a reason.
    CHECK(
        control(sandbox, {"thresholds", "set", "risk_approve_threshold=0.001", "risk_revise_threshold=0.002"})
            .code == 0);
    Teller hooks(sandbox, "guard");
    json::object params = {{"agent_kind", "claude-code"}, {"agent_session", "session-1"}, {"cwd", "/p"}};
    json::object answer;
    for (int turn = 1; turn <= 8; ++turn) {
      params["events"] = json::array{{{"event", "turn_began"}},
                                     {{"event", "tool_used"},
                                      {"tool", "Bash"},
                                      {"command", "pytest"},
                                      {"output", "3 failed in 0.1s"},
                                      {"success", false},
                                      {"exit_code", 1}},
                                     {{"event", "turn_ended"}, {"prose_bytes", 4000}}};
      answer = *hooks.tell("governor/record_evidence", params);
      INFO(json::serialize(answer));
      if (turn < 5) CHECK_FALSE(answer.contains("hold"));
    }
    INFO(json::serialize(answer));
    CHECK(answer.contains("hold") == is_set);
    if (is_set) CHECK(answer.at("hold").as_string().find("test runs failed") != json::string::npos);
  }
}

}  // namespace governor::test
