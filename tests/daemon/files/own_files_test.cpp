#include "daemon/files/own_files.hpp"

#include <filesystem>

#include "daemon/files/installed_hook.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::write_file;

namespace {

/// A home directory with governor's state in it, and a project.
struct Home {
  Home() {
    for (const char* name : {"/state", "/state/governor", "/config", "/project", "/project/.claude"})
      fs::create_directory(root + name);
    write_file(root + "/config/config.json", "{}");
    write_file(root + "/project/a.txt", "x");
    fs::create_directory_symlink(root + "/state", root + "/linked");
    own = OwnFiles(
        {root + "/linked/governor", root + "/config/config.json", root + "/units/governor.service", ""});
  }
  [[nodiscard]] bool is_refused(const std::string& path) const {
    const auto resolved = resolve_path(path, root);
    REQUIRE(resolved);
    return own.refusal(*resolved).has_value();
  }

  TemporaryDirectory directory;
  std::string root = fs::canonical(directory.path()).string();
  OwnFiles own;
};

}  // namespace

TEST_CASE(
    "governor's own files are refused by every name, also before they exist, and with all around them") {
  const Home home;
  for (const char* path : {"state/governor", "state/governor/governor.db", "linked/governor/governor.db-wal",
                           "state/governor/x/y", "config/config.json", "project/../config/config.json",
                           "units/governor.service", ".", "state/", "**", "*/governor/governor.db", "**/*.db",
                           "state/*/governor.db", "config/*.json", "/", "/**"}) {
    CAPTURE(path);
    CHECK(home.is_refused(path));
  }
  for (const char* path : {"project", "project/a.txt", "project/**/*.db", "state/other", "state/governor2/x",
                           "config/other.json", "units/other", "project/config.json", "*.txt"}) {
    CAPTURE(path);
    CHECK_FALSE(home.is_refused(path));
  }
  CHECK(home.own.contains(home.root + "/state/governor/file_backups"));
  CHECK_FALSE(home.own.contains(home.root + "/state"));
  CHECK_FALSE(home.own.contains(home.root + "/state/governors"));
}

TEST_CASE("another name of governor's own files is one of them") {
  const Home home;
  write_file(home.root + "/state/governor/governor.db", "x");
  fs::create_hard_link(home.root + "/state/governor/governor.db", home.root + "/project/harmless");
  fs::create_hard_link(home.root + "/config/config.json", home.root + "/project/config");
  fs::create_hard_link(home.root + "/project/a.txt", home.root + "/project/b.txt");
  CHECK(home.is_refused("project/harmless"));
  CHECK(home.is_refused("project/config"));
  CHECK_FALSE(home.is_refused("project/b.txt"));
}

TEST_CASE("a pattern for the place of installed hooks is refused, one for the project is not") {
  const Home home;
  const std::string hook =
      "#!/bin/sh\n# Written by `governorctl install guards`, which takes it away with --uninstall.\nexit 0\n";
  const auto patterns = {".git",          ".git/hooks",       ".git/**",     ".git/hooks/*", ".git/h*/pre-*",
                         ".git/governor", ".git/governor/**", ".g*/**",      ".*/hooks/**",  ".claude",
                         ".claude/*",     ".c*/**",           "tools/hooks", ".husky"};
  for (const char* name : {".git", ".git/hooks", ".git/governor", "tools", "tools/hooks", ".husky", "src"})
    fs::create_directory(home.root + "/project/" + name);
  for (const char* pattern : patterns) {
    CAPTURE(pattern);
    CHECK_FALSE(home.is_refused("project/" + std::string(pattern)));
  }
  for (const char* place : {".git/hooks/pre-commit", ".git/governor/guard", "tools/hooks/pre-merge-commit",
                            ".husky/pre-applypatch"})
    write_file(home.root + "/project/" + place, hook);
  write_file(home.root + "/project/.claude/settings.local.json",
             R"({"hooks":{"PreToolUse":[{"hooks":[{"command":"governorctl guard claude-code"}]}]}})");
  for (const char* pattern : patterns) {
    CAPTURE(pattern);
    CHECK(home.is_refused("project/" + std::string(pattern)));
  }
  for (const char* pattern : {".", "**", "**/*.json", "*/hooks/**", "src", ".git/info", ".git/info/exclude",
                              ".claude/agents", ".claude/agents/*.md"}) {
    CAPTURE(pattern);
    CHECK_FALSE(home.is_refused("project/" + std::string(pattern)));
  }
}

TEST_CASE("hooks that governor installed are its own, by what they hold") {
  Home home;
  write_file(home.root + "/project/pre-commit",
             "#!/bin/sh\n# Written by `governorctl install guards`, which takes it away with "
             "--uninstall.\nexit 0\n");
  CHECK(home.is_refused("project/pre-commit"));
  const std::string settings = home.root + "/project/.claude/settings.json";
  write_file(settings, R"({"permissions":{}})");
  CHECK_FALSE(home.is_refused(settings));
  write_file(
      settings,
      R"({"hooks":{"PreToolUse":[{"hooks":[{"command":"/usr/bin/governorctl guard claude-code"}]}]}})");
  // Not by their name, which people and agents may write: what they will hold is looked at.
  CHECK_FALSE(home.is_refused(settings));
  CHECK(home.own.direct_refusal(settings));
  CHECK(is_installed_hook("/p/.git/hooks/pre-commit.before-governor", ""));
  CHECK(is_installed_hook("/p/.git/hooks.before-governor/pre-commit", ""));
  CHECK(is_installed_hook("/p/lefthook.yml", "run: governorctl guard git"));
  CHECK_FALSE(is_installed_hook("/p/docs/guards.md", "`governorctl guard git` asks about the files"));
  CHECK_FALSE(is_installed_hook("/p/lefthook.yml", "run: make lint"));
}
