#include <boost/json.hpp>
#include <filesystem>

#include "tests/ctl/guard/install_support.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace fs = std::filesystem;
namespace json = boost::json;

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
  CHECK(contains(content_of(repository.file(".git/governor/guard")), "guard git --fallback allow"));
  for (const char* name : {"pre-commit", "pre-merge-commit", "prepare-commit-msg", "pre-applypatch",
                           "post-commit", "post-checkout", "post-rewrite"})
    CHECK(fs::exists(hook_of(repository, name)));
  CHECK(repository.git({"status", "--porcelain"}).empty());
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
  const std::string hook = "#!/bin/bash -e\necho mine\n";
  write_file(settings_of(repository), settings);
  fs::permissions(settings_of(repository), fs::perms::owner_read | fs::perms::owner_write);
  write_program(hook_of(repository), hook);
  const auto before = contents_of(repository.path());
  REQUIRE(install(repository).code == 0);
  CHECK(content_of(settings_of(repository) + ".before-governor") == settings);
  CHECK(content_of(hook_of(repository)).starts_with("#!/bin/bash -e\n"));
  CHECK(content_of(hook_of(repository)).ends_with("\necho mine\n"));
  CHECK(fs::status(settings_of(repository)).permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
  // Other options later do not touch what was kept.
  REQUIRE(install(repository, {"--fallback", "deny", "--wait", "30", "--approve"}).code == 0);
  CHECK(content_of(settings_of(repository) + ".before-governor") == settings);
  CHECK(contains(content_of(settings_of(repository)), "--fallback deny --wait 30"));
  CHECK(contains(content_of(repository.file(".git/governor/guard")), "--fallback deny"));
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

TEST_CASE("a directory without git gets the hooks of Claude Code, unless git was asked for", "[guard]") {
  const TemporaryDirectory project;
  const auto install_in = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"install", "guards", "--project", project.path()});
    return run_governorctl(without_daemon().path(), more);
  };
  CHECK(install_in({"--only", "git"}).code == 1);
  CHECK(fs::is_empty(project.path()));
  const auto run = install_in({});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "no git repository"));
  CHECK(fs::exists(project.path() + "/.claude/settings.local.json"));
  CHECK(install_in({"--check"}).code == 0);
  fs::remove(project.path() + "/.claude/settings.local.json");
  const auto none = install_in({"--check"});
  CHECK(none.code == 1);
  CHECK(contains(none.out, "no guards are installed here"));
  CHECK(install_in({}).code == 0);
  CHECK(run_governorctl(without_daemon().path(), {"install", "guards", "--project", project.path() + "/none"})
            .code == 1);
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

TEST_CASE("a path of this machine does not go where a team commits it", "[guard]") {
  const Repository repository;
  const std::string shared = repository.file(".claude/settings.json");
  // As earlier versions left it.
  REQUIRE(install(repository, {"--shared", "--only", "claude-code"}).code == 0);
  CHECK(contains(content_of(shared), "\"governorctl guard claude-code"));
  const auto run = install(repository, {"--only", "claude-code"});
  CHECK(run.code == 0);
  CHECK_FALSE(fs::exists(shared));
  CHECK(contains(content_of(settings_of(repository)), "guard claude-code"));
  repository.git({"add", "-A"});
  CHECK(repository.git({"ls-files"}).empty());
  CHECK(content_of(repository.file(".git/info/exclude")).starts_with("# governor >>>"));
  CHECK(install(repository, {"--uninstall"}).code == 0);
  CHECK_FALSE(contains(content_of(repository.file(".git/info/exclude")), "governor"));
}

TEST_CASE("settings of this machine that git has are refused", "[guard]") {
  const Repository repository;
  write_file(settings_of(repository), "{}");
  repository.git({"add", "-f", ".claude/settings.local.json"});
  const auto run = install(repository);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "--shared"));
  CHECK(content_of(settings_of(repository)) == "{}");
}

TEST_CASE("hooks that Claude Code does not run are mentioned when they are installed and later", "[guard]") {
  const Repository repository;
  write_file(repository.file(".claude/settings.json"), "{\"disableAllHooks\": true}");
  const auto run = install(repository);
  CHECK(run.code == 0);
  CHECK(contains(run.out, "disableAllHooks in " + fs::canonical(repository.file(".claude")).string()));
  const auto check = install(repository, {"--check"});
  CHECK(check.code == 1);
  CHECK(contains(check.out, "disableAllHooks"));
  // What is nearer decides, as for Claude Code.
  std::string local = content_of(settings_of(repository));
  local.insert(local.find('{') + 1, "\"disableAllHooks\": false,");
  write_file(settings_of(repository), local);
  CHECK(install(repository, {"--check"}).code == 0);
}

TEST_CASE("the hooks of Claude Code can be those of all projects, and are taken away again", "[guard]") {
  const TemporaryDirectory home;
  const auto install_for_user = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"install", "guards", "--user"});
    return run_governorctl(home.path(), more);
  };
  const std::string settings = home.path() + "/.claude/settings.json";
  CHECK(install_for_user({"--check"}).code == 1);
  const Run dry = install_for_user({"--dry-run"});
  CHECK(contains(dry.out, "would be created"));
  CHECK_FALSE(fs::exists(settings));

  fs::create_directory(home.path() + "/.claude");
  write_file(settings, "{\n  \"model\": \"opus\"\n}\n");
  CHECK(install_for_user({}).code == 0);
  const auto written = json::parse(content_of(settings)).as_object();
  CHECK(written.at("model").as_string() == "opus");
  CHECK(written.at("hooks").as_object().contains("PostToolUse"));
  CHECK(install_for_user({"--check"}).code == 0);
  CHECK(contains(install_for_user({}).out, "nothing to do"));

  CHECK(install_for_user({"--uninstall"}).code == 0);
  CHECK(content_of(settings) == "{\n  \"model\": \"opus\"\n}\n");
  CHECK(install_for_user({"--only", "git"}).code != 0);
  CHECK(install_for_user({"--shared"}).code != 0);
}
