// What git still has of a file, and what came from it.
#include "daemon/watch/git_keeping.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/support/sha256.hpp"
#include "daemon/watch/touched_files.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using governor::TemporaryDirectory;
using governor::daemon::GitKeeping;
using governor::daemon::sha256_hex;
namespace fs = std::filesystem;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Two branches: of a.txt each has another content, and b.txt only `other` has.
struct TwoBranches {
  TwoBranches() {
    git("init -q -b main");
    put("a.txt", "one\n");
    git("add -A");
    git("commit -qm first");
    git("checkout -q -b other");
    put("a.txt", "other\n");
    put("b.txt", "b\n");
    git("add -A");
    git("commit -qm second");
    git("checkout -q main");
  }

  void git(const std::string& arguments) const {
    const std::string command = "HOME='" + directory.path() + "' GIT_CONFIG_NOSYSTEM=1 git -C '" + root +
                                "' -c user.name=a -c user.email=a@b " + arguments + " >/dev/null 2>&1";
    INFO(command);
    REQUIRE(std::system(command.c_str()) == 0);
  }
  void put(const std::string& name, const std::string& content) const {
    std::ofstream(root + "/" + name) << content;
  }
  /// What git says of a file that held this before.
  [[nodiscard]] GitKeeping::Verdict judge(const std::string& name, const std::string& before) const {
    const std::string path = root + "/" + name;
    return GitKeeping().judge(path, sha256_hex(before), fs::exists(path) ? sha256_hex(content_of(path)) : "",
                              governor::daemon::last_touched_us(path));
  }
  [[nodiscard]] bool is_kept(const std::string& name, const std::string& before) const {
    const GitKeeping::Verdict verdict = judge(name, before);
    CHECK(verdict.is_known);
    return verdict.is_checked_out && verdict.keeps_before;
  }
  [[nodiscard]] bool is_discarded(const std::string& name, const std::string& before) const {
    const GitKeeping::Verdict verdict = judge(name, before);
    return verdict.is_known && verdict.is_checked_out && !verdict.keeps_before;
  }

  TemporaryDirectory directory;
  std::string root = fs::canonical(directory.path()).string();
};

}  // namespace

TEST_CASE("what moves between commits is kept") {
  const TwoBranches repository;
  SECTION("a branch is checked out") {
    repository.git("checkout -q other");
    CHECK(repository.is_kept("a.txt", "one\n"));
  }
  SECTION("and back") {
    repository.git("checkout -q other");
    repository.git("checkout -q main");
    CHECK(repository.is_kept("a.txt", "other\n"));
    CHECK(repository.is_kept("b.txt", "b\n"));
  }
  SECTION("a merge") {
    repository.git("merge -q other");
    CHECK(repository.is_kept("a.txt", "one\n"));
  }
  SECTION("a merge with a commit of its own") {
    repository.git("merge -q --no-ff --no-edit other");
    CHECK(repository.is_kept("a.txt", "one\n"));
  }
  SECTION("a reset that gives commits up: they are written down") {
    repository.git("checkout -q other");
    repository.git("reset -q --hard HEAD~1");
    CHECK(repository.is_kept("a.txt", "other\n"));
    CHECK(repository.is_kept("b.txt", "b\n"));
  }
  SECTION("a commit just before") {
    repository.put("a.txt", "work\n");
    repository.git("commit -qam work");
    repository.git("checkout -q other");
    CHECK(repository.is_kept("a.txt", "work\n"));
  }
  SECTION("a stash, with what is not tracked") {
    repository.put("a.txt", "work\n");
    repository.put("new.txt", "new\n");
    repository.git("stash -q -u");
    CHECK(repository.is_kept("a.txt", "work\n"));
    CHECK(repository.is_kept("new.txt", "new\n"));
  }
  SECTION("with ends of lines that are changed on the way") {
    repository.git("config core.autocrlf true");
    repository.git("checkout -q other");
    CHECK(content_of(repository.root + "/a.txt") == "other\r\n");
    CHECK(repository.is_kept("a.txt", "one\r\n"));
  }
  SECTION("in another working tree") {
    repository.git("worktree add -q tree other");
    repository.git("-C tree checkout -q --detach main");
    CHECK(repository.is_kept("tree/a.txt", "other\n"));
  }
}

TEST_CASE("what nobody has committed is gone when git takes it away") {
  const TwoBranches repository;
  repository.put("a.txt", "work\n");
  SECTION("all is checked out") {
    repository.git("checkout .");
  }
  SECTION("a file is checked out") {
    repository.git("checkout -- a.txt");
  }
  SECTION("a file is restored") {
    repository.git("restore a.txt");
  }
  SECTION("a reset") {
    repository.git("reset -q --hard");
  }
  SECTION("a reset of what was added") {
    repository.git("add a.txt");
    repository.git("reset -q --hard");
  }
  SECTION("a stash that is dropped") {
    repository.git("stash -q");
    repository.git("stash drop -q");
  }
  SECTION("a branch by force") {
    repository.git("checkout -q -f other");
  }
  CHECK(repository.is_discarded("a.txt", "work\n"));
}

TEST_CASE("a file that was never tracked is in no commit when it is cleaned away") {
  const TwoBranches repository;
  repository.put("new.txt", "new\n");
  repository.git("clean -qf");
  CHECK(repository.is_discarded("new.txt", "new\n"));
}

TEST_CASE("what is written beside git did not come from it") {
  const TwoBranches repository;
  const auto is_checked_out = [&](const char* name) {
    return repository.judge(name, "one\n").is_checked_out;
  };
  SECTION("and nothing else") {
    repository.put("a.txt", "x");
  }
  SECTION("and looked at") {
    repository.put("a.txt", "x");
    repository.git("status");
  }
  SECTION("and added") {
    repository.put("a.txt", "x");
    repository.git("add a.txt");
  }
  SECTION("and committed") {
    repository.put("a.txt", "x");
    repository.git("commit -qam x");
  }
  SECTION("and committed on a new branch") {
    repository.git("checkout -q -b new");
    repository.put("a.txt", "x");
    repository.git("commit -qam x");
  }
  SECTION("after a checkout") {
    repository.git("checkout -q other");
    repository.put("a.txt", "x");
  }
  SECTION("or deleted a moment after the commit that began all") {
    repository.git("checkout -q --orphan fresh");
    repository.git("commit -qam fresh");
    fs::remove(repository.root + "/a.txt");
  }
  SECTION("or deleted") {
    fs::remove(repository.root + "/a.txt");
  }
  SECTION("or deleted in a commit") {
    repository.git("rm -q a.txt");
    repository.git("commit -qm gone");
  }
  CHECK_FALSE(is_checked_out("a.txt"));
}

TEST_CASE("without a repository, without commits, and without git nothing is known") {
  const TemporaryDirectory directory;
  const std::string root = fs::canonical(directory.path()).string();
  CHECK_FALSE(GitKeeping().judge(root + "/a", sha256_hex("a"), "", 0).is_known);
  fs::create_directory(root + "/.git");
  CHECK_FALSE(GitKeeping().judge(root + "/a", sha256_hex("a"), "", 0).is_known);
  const TwoBranches repository;
  CHECK_FALSE(GitKeeping().judge(repository.root + "/a\nb", sha256_hex("a"), "", 0).is_known);
}
