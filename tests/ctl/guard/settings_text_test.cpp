#include "ctl/guard/settings_text.hpp"

#include <boost/json.hpp>

#include "tests/support/catch.hpp"

using namespace governor::ctl;
namespace json = boost::json;

namespace {

const HookCommand kHook{"/opt/governorctl guard claude-code --fallback ask", 20};

std::string with(std::string_view text, const HookCommand& hook = kHook) {
  return with_hooks(text, hook).value();
}

// The document without our hooks, in the way a JSON reader sees it.
json::value others(const std::string& text) {
  return json::parse(without_hooks(text).value());
}

}  // namespace

TEST_CASE("a new settings file has the hook before what changes files, and after each tool", "[guard]") {
  const auto settings = json::parse(with(""));
  CHECK(settings.at("hooks").as_object().size() == 9);
  for (const auto& [event, matcher] :
       {std::pair{"PreToolUse", "Write|Edit|MultiEdit|NotebookEdit|Bash"}, std::pair{"PostToolUse", "*"},
        std::pair{"PostToolUseFailure", "*"}, std::pair{"SessionStart", ""}, std::pair{"SessionEnd", ""},
        std::pair{"Stop", ""}}) {
    CAPTURE(event);
    const auto& group = settings.at("hooks").at(event).at(0);
    if (*matcher == '\0') {
      CHECK_FALSE(group.as_object().contains("matcher"));
    } else {
      CHECK(group.at("matcher").as_string() == matcher);
    }
    CHECK(group.at("hooks").at(0) ==
          json::value{{"type", "command"}, {"command", kHook.command}, {"timeout", 20}});
  }
  CHECK(with("").ends_with("}\n"));
}

TEST_CASE("everything else in the file stays byte for byte", "[guard]") {
  const std::string before =
      "{\n    \"$schema\": \"https://example.invalid\",\n    \"ratio\": 1.10,\n    \"big\": "
      "12345678901234567890,\n"
      "    \"permissions\": {\"allow\": [ \"Bash(ls:*)\" ],\"deny\":[]},\n"
      "    \"hooks\": {\n        \"Notification\": [],\n        \"PreToolUse\": [\n"
      "            {\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"mine\"}]}\n"
      "        ]\n    },\n    \"env\": {\"A\": \"\\u00e9\"}\n}\n\n";
  const std::string after = with(before);
  CHECK(without_hooks(after).value() == before);
  std::size_t at = 0;  // what was there is still there, in the same order
  for (const char* part : {"\"ratio\": 1.10,", "\"big\": 12345678901234567890,",
                           "[ \"Bash(ls:*)\" ],\"deny\":[]", "\"Notification\": []", "\"command\": \"mine\"",
                           "guard claude-code", "\"env\": {\"A\": \"\\u00e9\"}\n}\n\n"}) {
    CAPTURE(part);
    at = after.find(part, at);
    REQUIRE(at != std::string::npos);
  }
  CHECK(after.find("\n            {\n                \"matcher\": \"Write") != std::string::npos);
}

TEST_CASE("hooks that were put in come out again, whatever the file was like", "[guard]") {
  for (const std::string before :
       {"{\"a\":1}", "{\n  \"a\": 1\n}", "{\r\n\t\"a\": 1\r\n}\r\n", "{\"hooks\":{\"Notification\":[]}}",
        "{\"hooks\":{\"PreToolUse\":[{\"hooks\":[]}]},\"z\":[]}",
        "{\"hooks\":{\"PostToolUse\":[{\"hooks\":[{\"command\":\"x\"}]}],\"PreToolUse\":[{\"hooks\":[]}]}"
        "}"}) {
    CAPTURE(before);
    const std::string after = with(before);
    CHECK(without_hooks(after).value() == before);
    CHECK(with(after) == after);
    CHECK(find_hook(after).value() == kHook);
    CHECK_FALSE(find_hook(before).value().has_value());
  }
  for (const std::string before : {"{}", "{ }", "{\"hooks\": {}}", "{\"hooks\":{\"PreToolUse\":[]}}"})
    CHECK(json::parse(with(before)) == json::parse(with("")));
}

TEST_CASE("a hook with other options takes the place of the old one", "[guard]") {
  const HookCommand other{"/usr/bin/governorctl guard claude-code --fallback deny", 40};
  const std::string before = with("{\n  \"a\": 1\n}\n");
  const std::string after = with(before, other);
  CHECK(after == with("{\n  \"a\": 1\n}\n", other));
  CHECK(find_hook(after).value() == other);
}

TEST_CASE("a hook of ours that stands among others' is replaced and removed alone", "[guard]") {
  const std::string before = R"({"hooks":{"PreToolUse":[{"matcher":"Write","hooks":[{"command":"a"},)"
                             R"({"type":"command","command":"old guard claude-code"},{"command":"b"}]}]}})";
  const auto after = json::parse(with(before));
  CHECK(after.at("hooks").at("PreToolUse").as_array().size() == 1);
  CHECK(after.at("hooks").at("PreToolUse").at(0).at("hooks").at(1).at("command").as_string() ==
        kHook.command);
  CHECK(others(with(before)) ==
        json::parse(
            R"({"hooks":{"PreToolUse":[{"matcher":"Write","hooks":[{"command":"a"},{"command":"b"}]}]}})"));
}

TEST_CASE("what an earlier version asked about becomes what this one asks about", "[guard]") {
  const auto with_matcher = [](const std::string& matcher) {
    return json::parse(with(R"({"hooks":{"PreToolUse":[{"matcher":")" + matcher +
                            R"(","hooks":[{"type":"command","command":"old guard claude-code"}]}]}})"))
        .at("hooks")
        .at("PreToolUse")
        .at(0)
        .at("matcher")
        .as_string();
  };
  CHECK(with_matcher("Write|Edit|MultiEdit|NotebookEdit") == "Write|Edit|MultiEdit|NotebookEdit|Bash");
  CHECK(with_matcher("Write") == "Write");
}

TEST_CASE("what is not JSON of the right shape is refused", "[guard]") {
  for (const char* text :
       {"{", "[]", "7", "\xef\xbb\xbf{}", "{} // mine", "{/* a */}", "{\"a\":1,}", "{\"hooks\":[]}",
        "{\"hooks\":{\"PreToolUse\":{}}}", "{\"hooks\":{\"PostToolUse\":[7]}}",
        "{\"hooks\":{\"PostToolUse\":[{\"matcher\":\"x\"}]}}", "{\"hooks\":{},\"hooks\":{}}",
        "{\"hooks\":{\"PreToolUse\":[],\"PreToolUse\":[]}}"}) {
    CAPTURE(text);
    CHECK_FALSE(with_hooks(text, kHook).has_value());
    CHECK_FALSE(without_hooks(text).has_value());
    CHECK_FALSE(find_hook(text).has_value());
  }
}

TEST_CASE("a command with quotes and backslashes comes back as it was", "[guard]") {
  const HookCommand odd{"'/a \"b\" \\ c/governorctl' guard claude-code", 1};
  CHECK(find_hook(with("", odd)).value() == odd);
}
