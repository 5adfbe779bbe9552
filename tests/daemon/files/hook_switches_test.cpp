#include "daemon/files/hook_switches.hpp"

#include <string>

#include "daemon/files/git_settings.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;

namespace {

const std::string kSettings = "/p/.claude/settings.local.json";
const std::string kGuarded = R"({"hooks":{"PreToolUse":[{"matcher":"Write|Edit","hooks":[
  {"type":"command","command":"/usr/bin/governorctl guard claude-code --fallback ask","timeout":15}]}]}})";

bool is_refused(const std::string& path, const std::string& before, const std::string& after) {
  return switches_hooks_off(path, before, after).has_value();
}

/// With the text `what` in the place of `part`.
std::string replaced(std::string text, const std::string& part, const std::string& what) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), what);
}

}  // namespace

TEST_CASE("settings of Claude Code may change as long as governor's hooks stay as they are") {
  const std::string more = replaced(kGuarded, "{\"hooks\"", R"({"permissions":{"allow":["Bash"]},"hooks")");
  CHECK_FALSE(is_refused(kSettings, kGuarded, more));
  CHECK_FALSE(is_refused(kSettings, more, kGuarded));
  CHECK_FALSE(is_refused(kSettings, "", kGuarded));
  CHECK_FALSE(
      is_refused(kSettings, kGuarded, replaced(kGuarded, "PreToolUse\":[", R"(PreToolUse":[{"hooks":[]},)")));
  for (const auto& [part, what] :
       {std::pair("PreToolUse", "Stop"), std::pair("Write|Edit", "Write"),
        std::pair("--fallback ask", "--fallback allow"), std::pair("15", "0"),
        std::pair("/usr/bin/governorctl", "true"), std::pair("{\"hooks", "{{\"hooks")}) {
    CAPTURE(part);
    CHECK(is_refused(kSettings, kGuarded, replaced(kGuarded, part, what)));
  }
  CHECK(is_refused(kSettings, kGuarded, ""));
  CHECK(is_refused(kSettings, kGuarded, "{}"));
}

TEST_CASE("nobody but a person sends the hooks of Claude Code to another governor") {
  const auto with_variable = [](const std::string& variable) {
    return replaced(kGuarded, "{\"hooks\"", "{\"env\":{" + variable + "},\"hooks\"");
  };
  CHECK(is_refused(kSettings, kGuarded, with_variable(R"("GOVERNOR_RUNTIME_DIR":"/tmp/x")")));
  CHECK(is_refused(kSettings, "", R"({"env":{"XDG_RUNTIME_DIR":"/tmp/x"}})"));
  CHECK_FALSE(is_refused(kSettings, kGuarded, with_variable(R"("EDITOR":"vi")")));
  const std::string there = with_variable(R"("GOVERNOR_RUNTIME_DIR":"/run/mine")");
  CHECK_FALSE(is_refused(kSettings, there, there));
  CHECK_FALSE(is_refused(kSettings, there, kGuarded));
}

TEST_CASE("nobody but a person switches all hooks of Claude Code off, in whatever spelling") {
  for (const char* settings :
       {R"({"disableAllHooks": true})", R"({"disable\u0041llHooks":true})",
        R"({"x":"\ud83d","disableAllHooks":true})", "\xEF\xBB\xBF{\"disableAllHooks\":true}",
        R"({"disableAllHooks":false,"disableAllHooks":true})", R"({"disableAllHooks":true,})"}) {
    CAPTURE(settings);
    CHECK(is_refused("/home/a/.claude/settings.json", "", settings));
    CHECK(is_refused(kSettings, "{}", settings));
  }
  // A person has done it, or it says nothing of the kind.
  CHECK_FALSE(is_refused(kSettings, R"({"disableAllHooks":true})", R"({"disableAllHooks":true,"a":1})"));
  CHECK_FALSE(is_refused(kSettings, R"({"disableAllHooks":true})", "{}"));
  CHECK_FALSE(is_refused(kSettings, "", R"({"disableAllHooks":false})"));
  CHECK_FALSE(is_refused("/p/.vscode/settings.json", "", "{ // of an editor\n}"));
  CHECK_FALSE(is_refused("/p/docs/hooks.json", "", R"({"disableAllHooks":true})"));
}

TEST_CASE("a configuration of git may change, but not where it looks for hooks") {
  const std::string before = "[core]\n\thooksPath = .husky/_ # husky\n[user]\n\tname = ada\n";
  for (const char* path : {"/p/.git/config", "/p/.git/worktrees/w/config.worktree", "/home/a/.gitconfig",
                           "/home/a/.config/git/config", "/srv/bare.git/config"}) {
    CAPTURE(path);
    CHECK_FALSE(is_refused(path, before, replaced(before, "ada", "bo")));
    CHECK_FALSE(is_refused(path, before, replaced(before, " # husky", "")));
    CHECK(is_refused(path, before, replaced(before, ".husky/_", "/tmp")));
    CHECK(is_refused(path, before, replaced(before, "[core]", "[cor]")));
    CHECK(is_refused(path, before, ""));
    for (const char* added : {"[core]\nhooksPath=/tmp", "[CORE] HOOKSPATH = /tmp", "[include]\npath = x",
                              "[includeIf \"gitdir:/\"]\npath=x"}) {
      CAPTURE(added);
      CHECK(is_refused(path, before, before + added));
      CHECK(is_refused(path, "", added));
    }
  }
  CHECK(is_refused("/p/.git", "gitdir: /a\n", "gitdir: /b\n"));
  CHECK(is_refused("/p/.git/worktrees/w/commondir", "../..\n", "/tmp\n"));
  CHECK_FALSE(is_refused("/p/config", before, ""));
  CHECK_FALSE(is_refused("/p/src/commondir", "a", "b"));
}

TEST_CASE("git's settings are read as git reads them") {
  using Settings = std::vector<std::string>;
  CHECK(read_git_settings("; c\n[A]B=c\n  d = \"x # y\"  z ; e\n[s \"T ]\"]\nk\nl=a\\\nb\n[m] n = 1") ==
        Settings{"a.b=c", "a.d=x # y  z", "s \"T ]\".k", "s \"T ]\".l=ab", "m.n=1"});
  CHECK(read_git_settings("\xEF\xBB\xBF[a]\r\nb = c \r\n= x\n[broken\nd=e\n") == Settings{"a.b=c", "a.=x"});
  CHECK(read_git_settings("").empty());
}
