#include "ctl/guard/hook_evidence.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ctl;
namespace json = boost::json;

namespace {

/// What Claude Code 2.1 sends, with what a test is about.
json::object event_of(const char* name, json::object more) {
  json::object input = {{"session_id", "s-1"}, {"transcript_path", "/t.jsonl"}, {"cwd", "/srv"},
                        {"prompt_id", "p-1"},  {"permission_mode", "default"},  {"hook_event_name", name}};
  for (auto& [key, value] : more) input[key] = std::move(value);
  return input;
}

json::object evidence(const char* name, json::object more) {
  const HookCall call = read_hook_call(json::serialize(event_of(name, std::move(more))));
  CHECK(call.problem.empty());
  const json::array events = evidence_of(call);
  REQUIRE(events.size() == 1);
  return events[0].as_object();
}

json::object bash(const std::string& command, json::object response) {
  return {{"tool_name", "Bash"},
          {"tool_use_id", "toolu_1"},
          {"tool_input", {{"command", command}}},
          {"tool_response", std::move(response)},
          {"duration_ms", 31}};
}

}  // namespace

TEST_CASE("a command is told with its time and the end of its output", "[guard]") {
  const auto event =
      evidence("PostToolUse", bash("pytest -q", {{"stdout", "2 passed"}, {"stderr", "warned"}}));
  CHECK(event == json::object{{"event", "tool_used"},
                              {"source", "s-1//PostToolUse/toolu_1"},
                              {"tool", "Bash"},
                              {"success", true},
                              {"duration_ms", 31},
                              {"command", "pytest -q"},
                              {"output", "2 passed\nwarned"},
                              {"output_bytes", 15}});
  const auto longer = evidence("PostToolUse", bash("x", {{"stdout", std::string(9000, 'a') + "end"}}));
  CHECK(longer.at("output").as_string().size() == 4096);
  CHECK(longer.at("output").as_string().ends_with("end"));
  CHECK(longer.at("output_bytes").to_number<int>() == 9003);
}

TEST_CASE("files that a command changed are told one by one", "[guard]") {
  const HookCall call = read_hook_call(json::serialize(event_of("PostToolUse", bash("make", {}))));
  const json::object first = {{"path", "/srv/a"}, {"lines_added", 1}, {"content_sha256", "f00"}};
  const json::array events = evidence_of_files(call, {first, {{"path", "/srv/b"}, {"content_sha256", ""}}});
  CHECK(
      events ==
      json::array{{{"event", "file_changed"},
                   {"source", "s-1//PostToolUse/toolu_1/0"},
                   {"path", "/srv/a"},
                   {"lines_added", 1},
                   {"content_sha256", "f00"}},
                  {{"event", "file_changed"}, {"source", "s-1//PostToolUse/toolu_1/1"}, {"path", "/srv/b"}}});
}

TEST_CASE("an output that is cut begins with a whole character", "[guard]") {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\xc3\xa4";
  const auto event = evidence("PostToolUse", bash("x", {{"stdout", "a" + text + "b"}}));
  CHECK(event.at("output").as_string().size() == 4095);
  CHECK(event.at("output").as_string().starts_with("\xc3\xa4"));
}

TEST_CASE("of a command that failed the exit code is in what it said", "[guard]") {
  json::object failed = bash("make", {});
  failed["error"] = "Exit code 2\nno rule";
  const auto event = evidence("PostToolUseFailure", failed);
  CHECK_FALSE(event.at("success").as_bool());
  CHECK(event.at("exit_code").to_number<int>() == 2);
  CHECK(event.at("output").as_string() == "Exit code 2\nno rule");
  failed["error"] = "no such shell";
  CHECK_FALSE(evidence("PostToolUseFailure", failed).contains("exit_code"));
}

TEST_CASE("an edit is told with its file and lines, and not with what was written", "[guard]") {
  const json::object edit = {
      {"tool_name", "Edit"},
      {"tool_use_id", "toolu_2"},
      {"tool_input", {{"file_path", "/srv/a"}, {"old_string", "x"}, {"new_string", "secret"}}},
      {"tool_response", {{"structuredPatch", {{{"lines", {" a", "-x", "+y", "+z"}}}}}}}};
  const auto event = evidence("PostToolUse", edit);
  CHECK(event.at("path").as_string() == "/srv/a");
  CHECK(event.at("lines_added").as_int64() == 2);
  CHECK(event.at("lines_removed").as_int64() == 1);
  CHECK_FALSE(event.at("created").as_bool());
  CHECK(json::serialize(event).find("secret") == std::string::npos);
  CHECK(evidence("PostToolUse", edit).at("edit") == event.at("edit"));
  const auto created =
      evidence("PostToolUse", {{"tool_name", "Write"},
                               {"tool_input", {{"file_path", "/srv/b"}, {"content", "1\n2\n"}}},
                               {"tool_response", {{"type", "create"}, {"structuredPatch", json::array()}}}});
  CHECK(created.at("created").as_bool());
  CHECK(created.at("lines_added").as_int64() == 2);
  CHECK(created.at("edit") != event.at("edit"));
}

TEST_CASE("a turn begins once for a prompt, and of what was said only the amount is told", "[guard]") {
  const auto began = evidence("UserPromptSubmit", {{"prompt", "a secret"}});
  CHECK(began == json::object{{"event", "turn_began"}, {"source", "s-1//UserPromptSubmit/p-1"}});
  const auto ended =
      evidence("Stop", {{"last_assistant_message", "done, \xc3\xa4"}, {"stop_hook_active", false}});
  CHECK(ended == json::object{{"event", "turn_ended"}, {"source", "s-1//Stop/p-1"}, {"prose_bytes", 8}});
  const auto again = evidence("Stop", {{"last_assistant_message", "x"}, {"stop_hook_active", true}});
  CHECK(again.at("source") != ended.at("source"));
}

TEST_CASE("a subagent has turns of its own", "[guard]") {
  const json::object who = {{"agent_id", "a56d"}, {"agent_type", "general-purpose"}};
  CHECK(evidence("SubagentStart", who) ==
        json::object{{"event", "turn_began"}, {"source", "s-1/a56d/SubagentStart/p-1"}});
  CHECK(evidence("SubagentStop", who).at("event").as_string() == "turn_ended");
}

TEST_CASE("what comes before a tool, a session and a compaction are no behaviour", "[guard]") {
  for (const char* name : {"PreToolUse", "SessionStart", "SessionEnd", "PreCompact"}) {
    const HookCall call = read_hook_call(json::serialize(event_of(name, bash("ls", {}))));
    CHECK(evidence_of(call).empty());
  }
}
