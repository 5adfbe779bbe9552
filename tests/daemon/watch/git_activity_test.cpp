// What git did itself, and what was done beside it.
#include "daemon/watch/git_activity.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using governor::TemporaryDirectory;
using governor::daemon::GitActivity;
namespace fs = std::filesystem;

namespace {

/// A repository with one commit, all of it an hour old.
struct OldRepository {
  OldRepository() {
    git("init -q");
    put("a.txt", "1");
    git("add -A");
    git("commit -qm first");
    git("branch other");
    age();
  }

  void git(const std::string& arguments) const {
    const std::string command = "HOME='" + directory.path() + "' GIT_CONFIG_NOSYSTEM=1 git -C '" + root +
                                "' -c user.name=a -c user.email=a@b " + arguments + " >/dev/null 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);
  }
  void put(const std::string& name, const std::string& content) const {
    std::ofstream(root + "/" + name) << content;
  }
  void age() const {
    const auto then = fs::file_time_type::clock::now() - std::chrono::hours(1);
    for (const auto& entry : fs::recursive_directory_iterator(root)) fs::last_write_time(entry.path(), then);
    fs::last_write_time(root, then);
  }
  [[nodiscard]] bool by_git(const std::string& name) const {
    return GitActivity().has_changed(root + "/" + name);
  }

  TemporaryDirectory directory;
  std::string root = fs::canonical(directory.path()).string();
};

}  // namespace

TEST_CASE("a write beside git is not git's, and neither are those after a commit or a look") {
  const OldRepository repository;
  repository.put("a.txt", "theirs");
  CHECK_FALSE(repository.by_git("a.txt"));
  repository.git("commit -qam second");
  CHECK_FALSE(repository.by_git("a.txt"));
  repository.put("a.txt", "theirs again");
  repository.git("add a.txt");
  CHECK_FALSE(repository.by_git("a.txt"));
  repository.git("status");
  CHECK_FALSE(repository.by_git("a.txt"));
}

TEST_CASE("a checkout, a restoration and a merge are git's") {
  const OldRepository repository;
  SECTION("a branch is checked out") {
    repository.git("checkout -q other");
    CHECK(repository.by_git("a.txt"));
  }
  SECTION("a file is restored") {
    repository.put("a.txt", "2");
    repository.age();
    repository.git("checkout -- a.txt");
    CHECK(repository.by_git("a.txt"));
  }
  SECTION("a branch is merged") {
    repository.git("checkout -q other");
    repository.put("b.txt", "1");
    repository.git("add -A");
    repository.git("commit -qm b");
    repository.git("checkout -q -");
    repository.age();
    repository.git("merge -q --no-ff --no-edit other");
    CHECK(repository.by_git("b.txt"));
  }
  SECTION("git is at it") {
    repository.put(".git/index.lock", "");
    repository.put("a.txt", "2");
    CHECK(repository.by_git("a.txt"));
  }
}

TEST_CASE("without a repository nothing is git's") {
  const TemporaryDirectory directory;
  CHECK_FALSE(GitActivity().has_changed(fs::canonical(directory.path()).string() + "/a"));
}
