#include <random>

#include "ctl/install/entry_text.hpp"
#include "ctl/install/toml_lines.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl;

namespace {

constexpr std::string_view kProgram = "/opt/bin/governor-proxy";

std::string toml_with(const std::string& text, bool whole = false) {
  const auto changed = with_toml_entry(text, "mcp_servers", "governor", kProgram, whole);
  INFO((changed ? "" : changed.error().message));
  REQUIRE(changed.has_value());
  return *changed;
}

std::string toml_without(const std::string& text) {
  const auto changed = without_toml_entry(text, "mcp_servers", "governor");
  REQUIRE(changed.has_value());
  return *changed;
}

std::string refused(const std::string& text) {
  const auto changed = with_toml_entry(text, "mcp_servers", "governor", kProgram, false);
  return changed ? "" : changed.error().message;
}

/// As `codex` and people write it.
const std::string kConfig =
    "model = \"gpt-5-codex\" # the best\n"
    "notify = [\n  \"notify-send\", # [mcp_servers.governor]\n  \"Codex\",\n]\n"
    "instructions = \"\"\"\n[mcp_servers.governor]\ncommand = \"no\"\n\"\"\"\n"
    "\n"
    "[projects.\"/home/ada/work\"]\ntrust_level = \"trusted\"\n"
    "\n"
    "[mcp_servers.docs]\ncommand = 'npx'\nargs = [\"-y\", \"docs\"]\nenv = { \"A\" = \"1\", b.c = 2 }\n"
    "started = 2026-01-31 12:00:00Z\n";

}  // namespace

TEST_CASE("the table of the server is put at the end", "[ctl]") {
  CHECK(toml_with(kConfig) == kConfig + "\n[mcp_servers.governor]\ncommand = \"/opt/bin/governor-proxy\"\n");
  CHECK(toml_with("") == "[mcp_servers.governor]\ncommand = \"/opt/bin/governor-proxy\"\n");
  CHECK(toml_with("a = 1\r\n") ==
        "a = 1\r\n\r\n[mcp_servers.governor]\r\ncommand = \"/opt/bin/governor-proxy\"\r\n");
  CHECK(toml_without(toml_with(kConfig)) == kConfig);
  CHECK(toml_without(toml_with("a = 1\r\n")) == "a = 1\r\n");
}

TEST_CASE("of a table that is there only the program is exchanged", "[ctl]") {
  const std::string there =
      "[mcp_servers.governor] # ours\nargs = [\"--tools\", \"full\"]\ncommand = '/old/governor-proxy' # "
      "moved\n"
      "\n[mcp_servers.governor.env]\nA = \"1\"\n\n[tui]\nx = 1\n";
  const auto found = find_toml_entry(there, "mcp_servers", "governor");
  REQUIRE(found.has_value());
  REQUIRE(*found);
  CHECK((*found)->command == "/old/governor-proxy");
  std::string expected = there;
  expected.replace(expected.find("'/old/governor-proxy'"), 21, "\"/opt/bin/governor-proxy\"");
  CHECK(toml_with(there) == expected);
  CHECK(toml_with(there, true) ==
        "[mcp_servers.governor]\ncommand = \"/opt/bin/governor-proxy\"\n\n[tui]\nx = 1\n");
  CHECK(toml_without(there) == "\n[tui]\nx = 1\n");
}

TEST_CASE("a text in strings or comments is no table", "[ctl]") {
  const auto found = find_toml_entry(kConfig, "mcp_servers", "governor");
  REQUIRE(found.has_value());
  CHECK_FALSE(*found);
}

TEST_CASE("quoted and spaced names are the same table", "[ctl]") {
  for (const char* header :
       {"[mcp_servers.\"governor\"]", "[ mcp_servers . governor ]", "['mcp_servers'.governor]"}) {
    CAPTURE(header);
    const auto found =
        find_toml_entry(std::string(header) + "\ncommand = \"x\"\n", "mcp_servers", "governor");
    REQUIRE(found.has_value());
    CHECK(*found);
  }
}

TEST_CASE("forms that are not changed here, and what is no TOML, are refused with the place", "[ctl]") {
  CHECK(refused("[mcp_servers]\ngovernor = { command = \"x\" }\n").starts_with("line 2, column 1: "));
  CHECK(refused("mcp_servers.governor.command = \"x\"\n").starts_with("line 1, column 1: "));
  CHECK(refused("mcp_servers = { a = { command = \"x\" } }\n").starts_with("line 1, column 1: "));
  CHECK(
      refused("[mcp_servers.governor]\n[a]\n[mcp_servers.governor.env]\n").starts_with("line 3, column 1: "));
  CHECK(refused("a = 1\nb = hello\n") == "line 2, column 5: a value is expected; a text needs quotes");
  CHECK(refused("a = \"b\n") == "line 1, column 5: this text has no closing quote");
  CHECK(refused("a = \"b\\") == "line 1, column 5: this text has no closing quote");
  CHECK(refused("a = \"\"\"b\\") == "line 1, column 5: this text has no end");
  CHECK(refused("a = [1, 2\n") == "line 1, column 5: this [ is not closed");
  CHECK(refused("a = 1 2\n") == "line 1, column 7: the end of the line is expected");
  CHECK(refused("[a\nb = 1\n") == "line 1, column 3: ] is expected");
  CHECK(refused("a b = 1\n") == "line 1, column 3: = is expected");
  CHECK(refused("a = \"\"\"b\n") == "line 1, column 5: this text has no end");
}

TEST_CASE("in any order of statements, the table comes and goes without a trace", "[ctl]") {
  const std::vector<std::string> pieces{"a = 1\n",
                                        "# [mcp_servers.governor]\n",
                                        "\n",
                                        "b = \"\"\"\n[x]\n\"\"\"\n",
                                        "[t.u]\n",
                                        "[[list]]\n",
                                        "c = [ 1,\n 2, ]\n",
                                        "[mcp_servers.other]\ncommand = \"y\"\n",
                                        "d.e = { f = '}' }\n"};
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (unsigned i = random() % 8; i > 0; --i) text += pieces[random() % pieces.size()];
    CAPTURE(text);
    CHECK(toml_without(toml_with(text)) == text);
    CHECK(toml_with(toml_with(text)) == toml_with(text));
    CHECK(toml_with(text).starts_with(text));
  }
}
