#include <boost/json.hpp>
#include <filesystem>
#include <map>

#include "tests/ctl/guard/repository.hpp"
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const TemporaryDirectory& nobody() {
  static const TemporaryDirectory directory;
  return directory;
}

Run install(const Repository& repository, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"install", "guards", "--project", repository.path()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_governorctl(nobody().path(), arguments);
}

std::string settings_of(const Repository& repository) {
  return repository.file(".claude/settings.json");
}

std::string hook_of(const Repository& repository) {
  return repository.file(".git/hooks/pre-commit");
}

void write_program(const std::string& path, const std::string& text) {
  write_file(path, text);
  fs::permissions(path, fs::perms::owner_all);
}

// Everything below a directory but git's objects and index, by name.
std::map<std::string, std::string> contents_of(const std::string& directory) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (!entry.is_directory()) contents[entry.path().string()] = content_of(entry.path().string());
  return contents;
}

}  // namespace

TEST_CASE("the guards are written into a project, and taken away again without a trace", "[guard]") {
  const Repository repository;
  const auto before = contents_of(repository.path());
  const auto run = install(repository);
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  const auto settings = json::parse(content_of(settings_of(repository)));
  const auto& hook = settings.at("hooks").at("PreToolUse").at(0).at("hooks").at(0);
  const std::string command(hook.at("command").as_string());
  CHECK(command.starts_with('/'));
  CHECK(contains(command, "guard claude-code --fallback ask --grant none"));
  CHECK(hook.at("timeout").as_int64() > 5);
  CHECK(contains(content_of(hook_of(repository)), "guard git --fallback allow"));
  CHECK((fs::status(hook_of(repository)).permissions() & fs::perms::owner_exec) != fs::perms::none);

  const auto again = contents_of(repository.path());
  CHECK(contains(install(repository).out, "nothing to do"));
  CHECK(contents_of(repository.path()) == again);

  CHECK(install(repository, {"--uninstall"}).code == 0);
  CHECK(contents_of(repository.path()) == before);
  CHECK_FALSE(fs::exists(repository.file(".claude")));
  CHECK(contains(install(repository, {"--uninstall"}).out, "no hook of governor is there"));
}

TEST_CASE("a dry run shows what would change and changes nothing", "[guard]") {
  const Repository repository;
  write_file(settings_of(repository), "{\n  \"model\": \"x\"\n}\n");
  const auto before = contents_of(repository.path());
  const auto run = install(repository, {"--dry-run"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "would be changed"));
  CHECK(contains(run.out, "+   \"hooks\": {"));
  CHECK(contains(run.out, "would be created"));
  CHECK(contains(run.out, "+ #!/bin/sh"));
  const auto shown = json::parse(install(repository, {"--dry-run", "--json"}).out);
  CHECK(shown.at("dry_run").as_bool());
  CHECK(shown.at("changes").at(0).at("action").as_string() == "change");
  CHECK(contents_of(repository.path()) == before);
}

TEST_CASE("what was there is kept and comes back byte for byte, with its permissions", "[guard]") {
  const Repository repository;
  const std::string settings = "{ \"hooks\": { }, \"x\" : 1.50 }";
  const std::string hook = "#!/bin/sh\necho mine\n";
  write_file(settings_of(repository), settings);
  fs::permissions(settings_of(repository), fs::perms::owner_read | fs::perms::owner_write);
  write_program(hook_of(repository), hook);
  const auto before = contents_of(repository.path());
  REQUIRE(install(repository).code == 0);
  CHECK(content_of(settings_of(repository) + ".before-governor") == settings);
  CHECK(content_of(hook_of(repository) + ".before-governor") == hook);
  CHECK(fs::status(settings_of(repository)).permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
  // Other options later do not touch what was kept.
  REQUIRE(install(repository, {"--fallback", "deny", "--wait", "30", "--approve"}).code == 0);
  CHECK(content_of(settings_of(repository) + ".before-governor") == settings);
  CHECK(contains(content_of(settings_of(repository)), "--fallback deny --wait 30"));
  CHECK(contains(content_of(hook_of(repository)), "--fallback deny"));
  REQUIRE(install(repository, {"--uninstall"}).code == 0);
  CHECK(contents_of(repository.path()) == before);
  CHECK(fs::status(settings_of(repository)).permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("settings that were changed since lose only the hooks", "[guard]") {
  const Repository repository;
  write_file(settings_of(repository), "{\n  \"a\": 1\n}\n");
  REQUIRE(install(repository).code == 0);
  std::string text = content_of(settings_of(repository));
  text.replace(text.find("\"a\": 1"), 6, "\"a\": 2");
  write_file(settings_of(repository), text);
  const auto run = install(repository, {"--uninstall"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "changed since"));
  CHECK(content_of(settings_of(repository)) == "{\n  \"a\": 2\n}\n");
}

TEST_CASE("settings that are no JSON are refused, and then nothing is changed", "[guard]") {
  for (const char* text : {"{ // mine\n}", "{\"a\":1,}", "[]", "{\"hooks\":{\"PreToolUse\":{}}}"}) {
    const Repository repository;
    write_file(settings_of(repository), text);
    const auto before = contents_of(repository.path());
    for (const auto& more : {std::vector<std::string>{}, std::vector<std::string>{"--uninstall"}}) {
      const auto run = install(repository, more);
      CAPTURE(text, run.err);
      CHECK(run.code == 1);
      CHECK(contains(run.err, "left as it is"));
      CHECK(contents_of(repository.path()) == before);
    }
  }
}

TEST_CASE("the hook from before runs first, and its refusal counts", "[guard]") {
  const Repository repository;
  write_program(hook_of(repository), "#!/bin/sh\necho ran >>ran; exit ${REFUSE:-0}\n");
  REQUIRE(install(repository).code == 0);
  // The guard of this installation is the test program: something that is there and succeeds stands in.
  std::string text = content_of(hook_of(repository));
  const auto line = text.find("\nguard=") + 1;
  text.replace(line, text.find('\n', line) - line, "guard=/bin/echo");
  write_program(hook_of(repository), text);
  write_file(repository.file("a"), "x\n");
  repository.git({"add", "a"});
  const auto committed = repository.try_git({"commit", "-qm", "first"});
  CAPTURE(committed.err);
  CHECK(committed.exit_code == 0);
  CHECK(content_of(repository.file("ran")) == "ran\n");
  CHECK(contains(committed.out + committed.err, "guard git --fallback allow"));
  write_program(hook_of(repository) + ".before-governor", "#!/bin/sh\nexit 7\n");
  CHECK(repository.try_git({"commit", "-qm", "second", "--allow-empty"}).exit_code != 0);
}

TEST_CASE("a governorctl that is gone lets commits through with a note", "[guard]") {
  const Repository repository;
  REQUIRE(install(repository).code == 0);
  std::string text = content_of(hook_of(repository));
  const auto line = text.find("\nguard=") + 1;
  text.replace(line, text.find('\n', line) - line, "guard=/nonexistent/governorctl");
  write_program(hook_of(repository), text);
  const auto committed = repository.try_git({"commit", "-qm", "first", "--allow-empty"});
  CHECK(committed.exit_code == 0);
  CHECK(contains(committed.err, "is gone"));
  // Only the path differs from what we write, so it is still ours to replace and to remove.
  CHECK(install(repository).code == 0);
  CHECK_FALSE(contains(content_of(hook_of(repository)), "nonexistent"));
}

TEST_CASE("a hook of ours that somebody has changed is left alone", "[guard]") {
  const Repository repository;
  REQUIRE(install(repository).code == 0);
  write_program(hook_of(repository), content_of(hook_of(repository)) + "echo more\n");
  const auto before = contents_of(repository.path());
  for (const auto& more :
       {std::vector<std::string>{"--fallback", "deny"}, std::vector<std::string>{"--uninstall"}}) {
    const auto run = install(repository, more);
    CHECK(run.code == 1);
    CHECK(contains(run.err, "changed it since"));
    CHECK(contents_of(repository.path()) == before);
  }
}

TEST_CASE("a hook is never kept over one that was kept before", "[guard]") {
  const Repository repository;
  write_program(hook_of(repository), "#!/bin/sh\n# new\n");
  write_program(hook_of(repository) + ".before-governor", "#!/bin/sh\n# old\n");
  const auto before = contents_of(repository.path());
  CHECK(install(repository).code == 1);
  CHECK(contents_of(repository.path()) == before);
}

TEST_CASE("hooks go where git looks for them: core.hooksPath, and the common directory of worktrees",
          "[guard]") {
  const Repository repository;
  repository.git({"config", "core.hooksPath", "tools/hooks"});
  REQUIRE(install(repository, {"--only", "git"}).code == 0);
  CHECK(fs::exists(repository.file("tools/hooks/pre-commit")));
  CHECK_FALSE(fs::exists(hook_of(repository)));
  CHECK_FALSE(fs::exists(settings_of(repository)));
  repository.git({"config", "--unset", "core.hooksPath"});
  repository.git({"commit", "-qm", "first", "--allow-empty"});
  repository.git({"worktree", "add", "-q", repository.path() + "-two"});
  const auto run = run_governorctl(
      nobody().path(), {"install", "guards", "--only", "git", "--project", repository.path() + "-two"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "not in the project"));
  CHECK(fs::exists(hook_of(repository)));
}

TEST_CASE("a directory without git gets the hooks of Claude Code, unless git was asked for", "[guard]") {
  const TemporaryDirectory project;
  const auto install_in = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"install", "guards", "--project", project.path()});
    return run_governorctl(nobody().path(), more);
  };
  CHECK(install_in({"--only", "git"}).code == 1);
  CHECK(fs::is_empty(project.path()));
  const auto run = install_in({});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "no git repository"));
  CHECK(fs::exists(project.path() + "/.claude/settings.json"));
  CHECK(run_governorctl(nobody().path(), {"install", "guards", "--project", project.path() + "/none"}).code ==
        1);
}

TEST_CASE("settings that are a link are changed where they are", "[guard]") {
  const Repository repository;
  write_file(repository.file("mine.json"), "{}");
  fs::create_directory(repository.file(".claude"));
  fs::create_symlink("../mine.json", settings_of(repository));
  REQUIRE(install(repository, {"--only", "claude-code"}).code == 0);
  CHECK(fs::is_symlink(settings_of(repository)));
  CHECK(contains(content_of(repository.file("mine.json")), "guard claude-code"));
  REQUIRE(install(repository, {"--only", "claude-code", "--uninstall"}).code == 0);
  CHECK(content_of(repository.file("mine.json")) == "{}");
}
