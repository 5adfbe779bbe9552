#include "ctl/guard/hook_call.hpp"

#include <sys/stat.h>

#include <boost/json.hpp>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl;
using governor::TemporaryDirectory;
namespace json = boost::json;

namespace {

HookCall read_hook(const json::object& input) {
  return read_hook_call(json::serialize(input));
}

json::object hook_input(const char* tool, json::object tool_input, const char* event = "PreToolUse") {
  return {{"session_id", "s-1"},
          {"transcript_path", "/t.jsonl"},
          {"cwd", "/srv"},
          {"permission_mode", "default"},
          {"hook_event_name", event},
          {"tool_name", tool},
          {"tool_input", std::move(tool_input)}};
}

}  // namespace

TEST_CASE("a write is told with its path and the lines that the file will have", "[guard]") {
  const auto call =
      read_hook(hook_input("Write", {{"file_path", "/srv/a.cpp"}, {"content", "one\ntwo\nthree"}}));
  CHECK(call.problem.empty());
  CHECK(call.event == HookCall::Event::before);
  CHECK(call.writes);
  CHECK(call.session == "s-1");
  CHECK(call.cwd == "/srv");
  CHECK(call.path == "/srv/a.cpp");
  CHECK(call.new_lines == 3);
  CHECK_FALSE(call.line_delta);
}

TEST_CASE("a text that was cut inside a character does not hide a write", "[guard]") {
  std::string input = json::serialize(hook_input("Write", {{"file_path", "/srv/a.cpp"}, {"content", "CUT"}}));
  input.replace(input.find("CUT"), 3, R"(one\n\ud83d)");
  const auto call = read_hook_call(input);
  CHECK(call.problem.empty());
  CHECK(call.writes);
  CHECK(call.path == "/srv/a.cpp");
  CHECK(call.new_lines == 2);
}

TEST_CASE("the last line counts without a newline, and nothing has no lines", "[guard]") {
  CHECK(count_lines("") == 0);
  CHECK(count_lines("a") == 1);
  CHECK(count_lines("a\n") == 1);
  CHECK(count_lines("a\nb") == 2);
  CHECK(count_lines("\n\n") == 2);
}

TEST_CASE("edits are told with the lines that they add or take away", "[guard]") {
  CHECK(read_hook(hook_input("Edit", {{"file_path", "/a"}, {"old_string", "x\ny\nz"}, {"new_string", "x"}}))
            .line_delta == -2);
  CHECK(read_hook(hook_input("Edit", {{"file_path", "/a"}, {"old_string", "x"}, {"new_string", "x\ny"}}))
            .line_delta == 1);
  const json::array edits = {{{"old_string", "a\nb"}, {"new_string", ""}},
                             {{"old_string", "c"}, {"new_string", "c\nd\ne"}}};
  CHECK(read_hook(hook_input("MultiEdit", {{"file_path", "/a"}, {"edits", edits}})).line_delta == 1);
  const auto notebook =
      read_hook(hook_input("NotebookEdit", {{"notebook_path", "/n.ipynb"}, {"new_source", "x"}}));
  CHECK(notebook.path == "/n.ipynb");
  CHECK_FALSE(notebook.line_delta);
  CHECK_FALSE(notebook.new_lines);
}

TEST_CASE("an edit of all places takes its lines away at each of them", "[guard]") {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/a") << "x\ny\n--\nx\ny\n--\nx\ny\n";
  json::object input = hook_input(
      "Edit", {{"file_path", "a"}, {"old_string", "x\ny\n"}, {"new_string", ""}, {"replace_all", true}});
  input["cwd"] = directory.path();
  CHECK(read_hook(input).line_delta == -6);
}

TEST_CASE("what settings will hold is told as a whole, and of other files only the lines", "[guard]") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("settings.json");
  std::ofstream(path) << "a b a\n";
  const auto content = [&](const char* tool, json::object input) {
    input["file_path"] = path;
    return read_hook(hook_input(tool, std::move(input))).new_content;
  };
  CHECK(content("Write", {{"content", "x"}}) == "x");
  CHECK(content("Edit", {{"old_string", "a"}, {"new_string", "aa"}}) == "aa b a\n");
  CHECK(content("Edit", {{"old_string", "a"}, {"new_string", "aa"}, {"replace_all", true}}) == "aa b aa\n");
  CHECK(content("Edit", {{"old_string", ""}, {"new_string", "new"}}) == "new");
  CHECK_FALSE(content("Edit", {{"old_string", "z"}, {"new_string", "y"}}));
  const json::array edits{{{"old_string", "a b"}, {"new_string", "c"}},
                          {{"old_string", "c a"}, {"new_string", "d"}}};
  CHECK(content("MultiEdit", {{"edits", edits}}) == "d\n");
  CHECK_FALSE(read_hook(hook_input("Write", {{"file_path", "/srv/a.cpp"}, {"content", "x"}})).new_content);
  CHECK(read_hook(hook_input("Write", {{"file_path", "/srv/.git/config"}, {"content", "x"}})).new_content ==
        "x");
}

TEST_CASE("what is no file is not waited for", "[guard]") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("settings.json");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const auto write = read_hook(hook_input("Write", {{"file_path", path}, {"content", "x"}}));
  CHECK(write.new_content == "x");
  json::object input = {
      {"file_path", path}, {"old_string", "a\nb"}, {"new_string", ""}, {"replace_all", true}};
  const auto edit = read_hook(hook_input("Edit", std::move(input)));
  CHECK(edit.line_delta == -1);
  CHECK_FALSE(edit.new_content);
}

TEST_CASE("a tool that writes nothing needs nothing else", "[guard]") {
  const auto call = read_hook({{"hook_event_name", "PreToolUse"}, {"tool_name", "Bash"}});
  CHECK(call.problem.empty());
  CHECK_FALSE(call.writes);
}

TEST_CASE("what is missing or of another type is named", "[guard]") {
  const auto problem_of = [](json::object input) { return read_hook(input).problem; };
  const json::object whole = hook_input("Write", {{"file_path", "/a"}, {"content", ""}});
  REQUIRE(problem_of(whole).empty());
  for (const char* field : {"session_id", "hook_event_name", "tool_name", "tool_input"}) {
    for (const json::value& wrong : {json::value(nullptr), json::value(7), json::value(json::array())}) {
      json::object input = whole;
      input[field] = wrong;
      CAPTURE(field);
      CHECK(problem_of(input).find(field) != std::string::npos);
    }
  }
  CHECK(problem_of(hook_input("Write", {{"content", ""}})).find("file_path") != std::string::npos);
  CHECK(problem_of(hook_input("Write", {{"file_path", "/a"}})).find("content") != std::string::npos);
  CHECK(problem_of(hook_input("NotebookEdit", {{"file_path", "/a"}})).find("notebook_path") !=
        std::string::npos);
  for (const char* text : {"", "{", "[]", "7", "{\"a\":1}x", "// {}\n{}", "\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(read_hook_call(text).problem.empty());
  }
}

TEST_CASE("the event is known even where the rest is wrong", "[guard]") {
  json::object input = hook_input("Write", {}, "PostToolUse");
  CHECK(read_hook(input).event == HookCall::Event::after);
  CHECK_FALSE(read_hook(input).problem.empty());
  CHECK(read_hook(hook_input("Edit", {{"file_path", "/a"}}, "PostToolUseFailure")).event ==
        HookCall::Event::after_failure);
  CHECK(read_hook(hook_input("", {}, "SessionStart")).event == HookCall::Event::session_began);
  CHECK(read_hook(hook_input("", {}, "Notification")).event == HookCall::Event::other);
}
