// What other programs put into the hooks of a repository, before and after the guard.
#include <filesystem>

#include "tests/ctl/guard/install_support.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace fs = std::filesystem;

namespace {

// What husky 9 makes of a project.
void run_husky(const Repository& repository) {
  repository.git({"config", "core.hooksPath", ".husky/_"});
  write_file(repository.file(".husky/_/.gitignore"), "*");
  write_file(repository.file(".husky/_/h"),
             "n=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\n"
             "sh -e \"$s\" \"$@\"\nexit $?\n");
  for (const char* name : {"pre-commit", "pre-merge-commit", "prepare-commit-msg", "pre-applypatch",
                           "post-commit", "post-checkout", "post-rewrite"})
    write_program(repository.file(std::string(".husky/_/") + name),
                  "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"");
}

bool commit(const Repository& repository, const std::string& message) {
  const auto output = repository.try_git({"commit", "-qm", message, "--allow-empty"});
  UNSCOPED_INFO(output.out << output.err);
  return output.exit_code == 0;
}

}  // namespace

TEST_CASE("the hook from before runs first under its own name, and its refusal counts", "[guard]") {
  const Repository repository;
  write_program(hook_of(repository), "#!/bin/sh\necho \"$0 $#\" >>ran; exit ${REFUSE:-0}\n");
  REQUIRE(install(repository).code == 0);
  use_guard(repository, "/bin/echo");
  const auto committed = repository.try_git({"commit", "-qm", "first", "--allow-empty"});
  CHECK(committed.exit_code == 0);
  CHECK(content_of(repository.file("ran")) == ".git/hooks/pre-commit 0\n");
  CHECK(contains(committed.out + committed.err, "guard git --fallback allow --hook pre-commit"));
  use_guard(repository, "/bin/false");
  CHECK_FALSE(commit(repository, "second"));
  use_guard(repository, "/bin/true");
  std::string text = content_of(hook_of(repository));
  text.replace(text.find("${REFUSE:-0}"), 12, "7");
  write_program(hook_of(repository), text);
  CHECK_FALSE(commit(repository, "third"));
}

TEST_CASE("programs that go by their own name are run under it", "[guard]") {
  if (!fs::exists("/usr/bin/python3")) {
    WARN("not run: there is no python3");
    return;
  }
  const Repository repository;
  // In the manner of overcommit: one program, with links of many names, and a file that it finds beside
  // itself.
  write_program(repository.file("tools/runner"),
                "#!/usr/bin/python3\nimport os, sys\nname = os.path.basename(sys.argv[0])\n"
                "here = os.path.dirname(sys.argv[0])\n"
                "if name != 'pre-commit': sys.exit(0)\n"
                "sys.exit(1 if os.path.exists('secret') or not os.path.exists(here + '/rules') else 0)\n");
  write_file(hook_of(repository, "rules"), "");
  fs::create_symlink("../../tools/runner", hook_of(repository));
  fs::create_symlink("../../tools/runner", hook_of(repository, "prepare-commit-msg"));
  const auto before = contents_of(repository.path());
  REQUIRE(install(repository).code == 0);
  use_guard(repository, "/bin/true");
  CHECK(commit(repository, "clean"));
  write_file(repository.file("secret"), "");
  CHECK_FALSE(commit(repository, "with a secret"));
  fs::remove(repository.file("secret"));
  use_guard(repository, "/bin/false");
  CHECK_FALSE(commit(repository, "held"));
  REQUIRE(install(repository, {"--uninstall"}).code == 0);
  for (const auto& [path, text] : before) {
    CAPTURE(path);
    CHECK(contents_of(repository.path())[path] == text);
  }
  CHECK_FALSE(fs::exists(repository.file(".git/hooks.before-governor")));
}

TEST_CASE("husky's hooks go on working, and the guard stays when husky runs again", "[guard]") {
  const Repository repository;
  run_husky(repository);
  write_file(repository.file(".husky/pre-commit"), "echo scanned >>scans\n[ ! -f secret ]\n");
  repository.git({"add", "-A"});
  REQUIRE(commit(repository, "before"));
  fs::remove(repository.file("scans"));
  REQUIRE(install(repository).code == 0);
  use_guard(repository, "/bin/true");
  for (int round = 0; round < 2; ++round) {
    CHECK(commit(repository, "clean"));
    CHECK(content_of(repository.file("scans")) == "scanned\n");
    write_file(repository.file("secret"), "");
    CHECK_FALSE(commit(repository, "with a secret"));
    fs::remove(repository.file("secret"));
    use_guard(repository, "/bin/false");
    CHECK_FALSE(commit(repository, "held"));
    use_guard(repository, "/bin/true");
    fs::remove(repository.file("scans"));
    run_husky(repository);
  }
  CHECK(install(repository, {"--check"}).code == 0);
  // Nothing that is the team's names this machine, and what is this machine's alone is not committed.
  CHECK_FALSE(contains(content_of(repository.file(".husky/pre-commit")), repository.path()));
  CHECK(repository.git({"status", "--porcelain"}) == " M .husky/pre-commit\n");
  REQUIRE(install(repository, {"--uninstall"}).code == 0);
  CHECK(repository.git({"status", "--porcelain"}).empty());
}

TEST_CASE("the guard lives beside the hook of pre-commit and in lefthook's local configuration", "[guard]") {
  const Repository repository;
  const std::string generated =
      "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n";
  write_program(hook_of(repository), generated);
  write_program(hook_of(repository, "prepare-commit-msg"),
                "#!/bin/sh\ncall_lefthook run \"prepare-commit-msg\"\n");
  write_file(repository.file("lefthook-local.yml"), "pre-push:\n  skip: true\n");
  const auto before = contents_of(repository.path());
  REQUIRE(install(repository).code == 0);
  CHECK(content_of(hook_of(repository)) == generated);
  CHECK(fs::exists(hook_of(repository) + ".legacy"));
  const std::string local = content_of(repository.file("lefthook-local.yml"));
  CHECK(contains(local, "\nprepare-commit-msg:\n  commands:\n    governor:\n"));
  CHECK(local.ends_with("pre-push:\n  skip: true\n"));
  CHECK(install(repository, {"--check"}).code == 0);
  // pre-commit does so when it is told to overwrite.
  fs::remove(hook_of(repository) + ".legacy");
  const auto check = install(repository, {"--check"});
  CHECK(check.code == 1);
  CHECK(contains(check.out, "pre-commit.legacy does not ask governor any more"));
  REQUIRE(install(repository).code == 0);
  CHECK(install(repository, {"--check"}).code == 0);
  REQUIRE(install(repository, {"--uninstall"}).code == 0);
  CHECK(contents_of(repository.path()) == before);
}

TEST_CASE("what cannot take the guard is refused, and nothing is changed", "[guard]") {
  const Repository repository;
  SECTION("a local configuration of lefthook that has this hook") {
    write_program(hook_of(repository), "#!/bin/sh\ncall_lefthook run \"pre-commit\"\n");
    write_file(repository.file("lefthook-local.yml"), "pre-commit:\n  skip: true\n");
  }
  SECTION("a program in a directory of hooks that is the team's") {
    repository.git({"config", "core.hooksPath", "tools/hooks"});
    write_program(repository.file("tools/hooks/pre-commit"), "#!/usr/bin/python3\n");
  }
  SECTION("a hook that git does not run") {
    write_file(hook_of(repository), "#!/bin/sh\nexit 1\n");
  }
  SECTION("a hook whose lines of ours somebody has broken") {
    write_program(hook_of(repository), "#!/bin/sh\n# governor >>> x\n");
  }
  const auto before = contents_of(repository.path());
  const auto run = install(repository);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "left as it is"));
  CHECK(contents_of(repository.path()) == before);
}

TEST_CASE("a governorctl that is gone lets commits through with a note", "[guard]") {
  const Repository repository;
  REQUIRE(install(repository).code == 0);
  use_guard(repository, "/nonexistent/governorctl");
  const auto committed = repository.try_git({"commit", "-qm", "first", "--allow-empty"});
  CHECK(committed.exit_code == 0);
  CHECK(contains(committed.err, "is gone"));
  CHECK(install(repository).code == 0);
  CHECK_FALSE(contains(content_of(repository.file(".git/governor/guard")), "nonexistent"));
}

TEST_CASE("what somebody has added to a hook of ours stays", "[guard]") {
  const Repository repository;
  REQUIRE(install(repository).code == 0);
  write_program(hook_of(repository), content_of(hook_of(repository)) + "echo more\n");
  REQUIRE(install(repository, {"--fallback", "deny"}).code == 0);
  REQUIRE(install(repository, {"--uninstall"}).code == 0);
  CHECK(content_of(hook_of(repository)).ends_with("\necho more\n"));
  CHECK_FALSE(contains(content_of(hook_of(repository)), "guard"));
}

TEST_CASE("hooks of earlier versions are replaced, and what they had put aside is back in its place",
          "[guard]") {
  const Repository repository;
  const std::string original = "#!/bin/sh\necho mine\n";
  write_program(hook_of(repository) + ".before-governor", original);
  write_program(
      hook_of(repository),
      "#!/bin/sh\n# Written by `governorctl install guards`, which takes it away with --uninstall.\n"
      "guard=/x\nexit 0\n");
  REQUIRE(install(repository).code == 0);
  CHECK_FALSE(fs::exists(hook_of(repository) + ".before-governor"));
  CHECK(content_of(hook_of(repository)).ends_with("\necho mine\n"));
  REQUIRE(install(repository, {"--uninstall"}).code == 0);
  CHECK(content_of(hook_of(repository)) == original);
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
  const auto run = run_governorctl(without_daemon().path(), {"install", "guards", "--only", "git",
                                                             "--project", repository.path() + "-two"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "not in the project"));
  CHECK(fs::exists(hook_of(repository)));
}
