#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace json = boost::json;

namespace {

std::string hook(const char* event, const char* tool, json::object tool_input) {
  return json::serialize(json::object{{"session_id", "s-1"},
                                      {"cwd", "/srv"},
                                      {"hook_event_name", event},
                                      {"tool_name", tool},
                                      {"tool_input", std::move(tool_input)}});
}

std::string write_of(const char* path, const char* content = "one\ntwo\n", const char* event = "PreToolUse") {
  return hook(event, "Write", {{"file_path", path}, {"content", content}});
}

json::object verdict(const char* decision, const char* reason) {
  return {{"decision", decision}, {"code", "x"}, {"reason", reason}, {"path", "/a"}, {"lease", nullptr}};
}

json::object answer_of(const Run& run) {
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  return json::parse(run.out).as_object();
}

std::string decision_of(const json::object& answer) {
  return std::string(answer.at("hookSpecificOutput").at("permissionDecision").as_string());
}

std::string reason_of(const json::object& answer) {
  return std::string(answer.at("hookSpecificOutput").at("permissionDecisionReason").as_string());
}

const std::vector<std::string> kGuard = {"guard", "claude-code"};

std::vector<std::string> guard_with(std::vector<std::string> more) {
  more.insert(more.begin(), kGuard.begin(), kGuard.end());
  return more;
}

}  // namespace

TEST_CASE("before a write the daemon is asked and its decision is what the hook says", "[guard]") {
  for (const char* decision : {"allow", "deny", "ask"}) {
    RecordingDaemon daemon;
    daemon.will_answer("governor/guard_write", {verdict(decision, "because")});
    const auto answer = answer_of(daemon.run_reading(write_of("src/a.cpp"), kGuard));
    CHECK(decision_of(answer) == decision);
    CHECK(reason_of(answer) == "because");
    CHECK(answer.at("hookSpecificOutput").at("hookEventName").as_string() == "PreToolUse");
    const auto asked = daemon.last();
    CHECK(asked.at("agent_kind").as_string() == "claude-code");
    CHECK(asked.at("agent_session").as_string() == "s-1");
    CHECK(asked.at("cwd").as_string() == "/srv");
    CHECK(asked.at("tool").as_string() == "Write");
    CHECK(asked.at("path").as_string() == "src/a.cpp");
    CHECK(asked.at("new_lines").as_int64() == 2);
    CHECK(asked.at("pids").as_array().at(0).as_int64() == ::getppid());
    CHECK_FALSE(asked.contains("line_delta"));
    CHECK_FALSE(asked.contains("wait_seconds"));
    CHECK_FALSE(asked.contains("subagent"));
    CHECK(daemon.role() == "guard");
  }
}

TEST_CASE("a granted write can be left to the tool's own permission rules", "[guard]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/guard_write", {verdict("allow", "granted"), verdict("deny", "held")});
  const auto guard = guard_with({"--grant", "none"});
  CHECK(answer_of(daemon.run_reading(write_of("/a"), guard)).empty());
  CHECK(decision_of(answer_of(daemon.run_reading(write_of("/a"), guard))) == "deny");
}

TEST_CASE("what the daemon warns of reaches the model before and after, whoever decides", "[guard]") {
  const auto context_of = [](const json::object& answer) {
    return std::string(answer.at("hookSpecificOutput").at("additionalContext").as_string());
  };
  json::object warned = verdict("allow", "granted");
  warned["warning"] = "ada writes it elsewhere";
  RecordingDaemon daemon;
  daemon.will_answer("governor/guard_write", {warned, warned});
  daemon.will_answer("governor/guard_done",
                     {{{"loop", false}, {"reason", ""}, {"warning", "ada writes it elsewhere"}}});
  daemon.will_answer("governor/record_evidence", {json::object()});
  const auto granted = answer_of(daemon.run_reading(write_of("/a"), kGuard));
  CHECK(decision_of(granted) == "allow");
  CHECK(context_of(granted) == "ada writes it elsewhere");
  const auto left = answer_of(daemon.run_reading(write_of("/a"), guard_with({"--grant", "none"})));
  CHECK_FALSE(left.at("hookSpecificOutput").as_object().contains("permissionDecision"));
  CHECK(left.at("hookSpecificOutput").at("hookEventName").as_string() == "PreToolUse");
  CHECK(context_of(left) == "ada writes it elsewhere");
  const auto after = answer_of(daemon.run_reading(write_of("/a", "", "PostToolUse"), kGuard));
  CHECK_FALSE(after.contains("decision"));
  CHECK(context_of(after) == "ada writes it elsewhere");
}

TEST_CASE("the subagent and the call that Claude Code names are passed on, before and after", "[guard]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/guard_write", {verdict("allow", "granted")});
  daemon.will_answer("governor/guard_done", {{{"loop", false}, {"reason", nullptr}}});
  daemon.will_answer("governor/record_evidence", {json::object()});
  for (const char* event : {"PreToolUse", "PostToolUse"}) {
    json::object text = json::parse(write_of("/a", "x", event)).as_object();
    text["agent_id"] = "a7f3";
    text["tool_use_id"] = "toolu_1";
    (void)answer_of(daemon.run_reading(json::serialize(text), kGuard));
    CHECK(daemon.last().at("subagent").as_string() == "a7f3");
    CHECK(daemon.last().at("tool_use").as_string() == "toolu_1");
  }
}

TEST_CASE("an edit is asked for with its lines, and waits as long as it is told", "[guard]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/guard_write", {verdict("allow", "granted")});
  const auto text =
      hook("PreToolUse", "Edit", {{"file_path", "/a"}, {"old_string", "x\ny"}, {"new_string", ""}});
  (void)answer_of(daemon.run_reading(text, guard_with({"--wait", "2.5"})));
  CHECK(daemon.last().at("line_delta").as_int64() == -1);
  CHECK(daemon.last().at("wait_seconds").as_double() == 2.5);
}

TEST_CASE("after a write the daemon is told, and only a loop is an objection", "[guard]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/guard_done", {{{"loop", false}, {"reason", nullptr}},
                                             {{"loop", true}, {"reason", "three times as it was"}}});
  const auto after = write_of("/a", "", "PostToolUse");
  CHECK(answer_of(daemon.run_reading(after, kGuard)).empty());
  CHECK(daemon.last_of("governor/guard_done").at("success").as_bool());
  // Its evidence goes with it, so that the hook waits for the disk once.
  CHECK(daemon.last_of("governor/guard_done").at("events").at(0).at("event").as_string() == "tool_used");
  const auto loop = answer_of(daemon.run_reading(after, kGuard));
  CHECK(loop.at("decision").as_string() == "block");
  CHECK(loop.at("reason").as_string() == "three times as it was");
  (void)answer_of(daemon.run_reading(write_of("/a", "", "PostToolUseFailure"), kGuard));
  CHECK_FALSE(daemon.last_of("governor/guard_done").at("success").as_bool());
}

TEST_CASE("a command is told before and after it, and only what it must know is answered", "[guard]") {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/core.txt") << "x";
  const auto input = [&](const char* event) {
    json::object text =
        json::parse(hook(event, "Bash", {{"command", "printf x >core.txt; ls -l"}})).as_object();
    text["cwd"] = directory.path();
    text["tool_use_id"] = "toolu_1";
    text["duration_ms"] = 1500;
    return json::serialize(text);
  };
  RecordingDaemon daemon;
  daemon.will_answer("governor/record_evidence", {json::object()});
  daemon.will_answer("governor/command_began", {json::object()});
  daemon.will_answer("governor/command_done",
                     {{{"findings", 0}, {"reason", ""}}, {{"findings", 1}, {"reason", "core.txt is lost"}}});
  CHECK(answer_of(daemon.run_reading(input("PreToolUse"), kGuard)).empty());
  CHECK(daemon.last().at("named") == json::array{"core.txt"});
  CHECK(daemon.last().at("project").as_string() == directory.path());
  CHECK(answer_of(daemon.run_reading(input("PostToolUse"), kGuard)).empty());
  // What a daemon must know that was not there when it began.
  const json::object done = daemon.last_of("governor/command_done");
  CHECK(done.at("named") == json::array{"core.txt"});
  CHECK(done.at("project").as_string() == directory.path());
  CHECK(done.at("duration_ms").as_int64() == 1500);
  CHECK(answer_of(daemon.run_reading(input("PostToolUse"), kGuard)) ==
        json::object{{"decision", "block"}, {"reason", "core.txt is lost"}});
  const auto failed = answer_of(daemon.run_reading(input("PostToolUseFailure"), kGuard));
  CHECK(failed.at("hookSpecificOutput").at("additionalContext").as_string() == "core.txt is lost");
  CHECK(failed.at("hookSpecificOutput").at("hookEventName").as_string() == "PostToolUseFailure");
}

TEST_CASE("a command is never kept from running", "[guard]") {
  const TemporaryDirectory nobody;
  RecordingDaemon silent;
  const auto text = hook("PreToolUse", "Bash", {{"command", "ls"}});
  CHECK(answer_of(run_governorctl_reading(text, nobody.path(), guard_with({"--fallback", "deny"}))).empty());
  CHECK(answer_of(silent.run_reading(text, guard_with({"--timeout", "0.2"}))).empty());
}

TEST_CASE("the model is told what it should know when it begins, and nothing if there is nothing",
          "[guard]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/session_began",
                     {{{"context", "governor: another works here"}}, {{"context", ""}}, {{"agent_id", "a"}}});
  const auto text = hook("SessionStart", "", {});
  const auto answer = answer_of(daemon.run_reading(text, kGuard));
  CHECK(answer.at("hookSpecificOutput").at("additionalContext").as_string() ==
        "governor: another works here");
  CHECK(answer_of(daemon.run_reading(text, kGuard)).empty());
  CHECK(answer_of(daemon.run_reading(text, kGuard)).empty());
}

TEST_CASE("the end of a session is told to a daemon that runs, and starts none", "[guard]") {
  const TemporaryDirectory nobody;
  RecordingDaemon daemon;
  daemon.will_answer("governor/session_ended", {json::object()});
  json::object end = {
      {"session_id", "s-1"}, {"cwd", "/srv"}, {"hook_event_name", "SessionEnd"}, {"reason", "clear"}};
  CHECK(answer_of(daemon.run_reading(json::serialize(end), kGuard)).empty());
  CHECK(daemon.last_of("governor/session_ended").at("agent_session").as_string() == "s-1");
  CHECK(answer_of(run_governorctl_reading(json::serialize(end), nobody.path(), kGuard)).empty());
}

TEST_CASE("a turn that is to be held back is held back once, with the reasons", "[guard]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/record_evidence", {{{"recorded", 1}, {"hold", "4 of 4 test runs failed."}}});
  json::object stop = {{"session_id", "s-1"}, {"cwd", "/srv"}, {"hook_event_name", "Stop"}};
  const auto held = answer_of(daemon.run_reading(json::serialize(stop), kGuard));
  CHECK(held.at("decision").as_string() == "block");
  CHECK(contains(std::string(held.at("reason").as_string()), "4 of 4 test runs failed."));
  stop["stop_hook_active"] = true;
  CHECK(answer_of(daemon.run_reading(json::serialize(stop), kGuard)).empty());
  daemon.will_answer("governor/record_evidence", {{{"recorded", 1}}});
  stop["stop_hook_active"] = false;
  CHECK(answer_of(daemon.run_reading(json::serialize(stop), kGuard)).empty());
}

TEST_CASE("a hook that is installed for another event says so and objects to nothing", "[guard]") {
  RecordingDaemon daemon;
  const auto answer = answer_of(daemon.run_reading(hook("Notification", "", {}), kGuard));
  CHECK(contains(std::string(answer.at("systemMessage").as_string()), "Notification"));
  CHECK(answer.size() == 1);
}

TEST_CASE("whatever goes wrong, the answer is the fallback with the reason", "[guard]") {
  const TemporaryDirectory nobody;
  RecordingDaemon silent;  // listens and never answers
  RecordingDaemon odd;
  odd.will_answer("governor/guard_write", {{{"decision", "perhaps"}}});
  const auto check = [](const Run& run, const std::string& fallback, std::string_view reason) {
    CAPTURE(run.out, fallback);
    const auto answer = answer_of(run);
    CHECK(decision_of(answer) == fallback);
    CHECK(contains(reason_of(answer), reason));
    CHECK(answer.contains("systemMessage") == (fallback == "allow"));
  };
  for (const std::string fallback : {"ask", "deny", "allow"}) {
    const auto guard = guard_with({"--fallback", fallback, "--timeout", "0.3"});
    check(run_governorctl_reading("no JSON", nobody.path(), guard), fallback, "not JSON");
    check(run_governorctl_reading("", nobody.path(), guard), fallback, "empty");
    check(run_governorctl_reading("{}", nobody.path(), guard), fallback, "hook_event_name");
    check(run_governorctl_reading(hook("PreToolUse", "Write", {}), nobody.path(), guard), fallback,
          "file_path");
    check(run_governorctl_reading(write_of("/a"), nobody.path(), guard), fallback, "did not start");
    check(silent.run_reading(write_of("/a"), guard), fallback, "");
    check(odd.run_reading(write_of("/a"), guard), fallback, "perhaps");
  }
  check(run_governorctl_reading("no JSON", nobody.path(), kGuard), "ask", "not JSON");
}

TEST_CASE("an allowed fallback that is left to the tool still warns", "[guard]") {
  const TemporaryDirectory nobody;
  const auto answer = answer_of(run_governorctl_reading(
      write_of("/a"), nobody.path(), guard_with({"--fallback", "allow", "--grant", "none"})));
  CHECK_FALSE(answer.contains("hookSpecificOutput"));
  CHECK(contains(std::string(answer.at("systemMessage").as_string()), "did not start"));
}

TEST_CASE("a write that could not be recorded is a warning, with deny an objection", "[guard]") {
  const TemporaryDirectory nobody;
  const auto after = write_of("/a", "", "PostToolUse");
  const auto warned = answer_of(run_governorctl_reading(after, nobody.path(), kGuard));
  CHECK(warned.contains("systemMessage"));
  CHECK_FALSE(warned.contains("decision"));
  const auto denied =
      answer_of(run_governorctl_reading(after, nobody.path(), guard_with({"--fallback", "deny"})));
  CHECK(denied.at("decision").as_string() == "block");
}

TEST_CASE("an input that does not end, or is too long, is answered in time", "[guard]") {
  const TemporaryDirectory nobody;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto begun = std::chrono::steady_clock::now();
  const auto run = run_governorctl_reading(ends[0], nobody.path(), guard_with({"--timeout", "0.1"}));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
  CHECK(decision_of(answer_of(run)) == "ask");
  CHECK(contains(reason_of(answer_of(run)), "in time"));
  ::close(ends[0]);
  ::close(ends[1]);
  const std::string long_text(33 * 1024 * 1024, ' ');
  const auto refused = answer_of(run_governorctl_reading(long_text, nobody.path(), kGuard));
  CHECK(contains(reason_of(refused), "longer than 32 MiB"));
}

TEST_CASE("a mistake in the hook's command line blocks, because 2 is what Claude Code takes for a refusal",
          "[guard]") {
  const TemporaryDirectory nobody;
  for (const auto& wrong : {guard_with({"--fallback", "perhaps"}), guard_with({"--wait", "-1"}),
                            std::vector<std::string>{"guard"}, std::vector<std::string>{"guard", "cursor"}}) {
    const auto run = run_governorctl_reading(write_of("/a"), nobody.path(), wrong);
    CHECK(run.code == 2);
    CHECK_FALSE(run.err.empty());
  }
}
