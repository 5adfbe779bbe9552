#include "daemon/watch/git_worktree.hpp"

#include <algorithm>

#include "tests/daemon/git_project.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

core::RepositoryPath place_of_path(const std::string& path) {
  WorktreeLookup lookup;
  const auto resolved = resolve_path(path, "");
  REQUIRE(resolved);
  return lookup.locate(*resolved).in_repository;
}

std::vector<std::string> tops_of(const std::string& repository) {
  std::vector<std::string> tops;
  for (const core::Worktree& one : worktrees_of(repository)) tops.push_back(one.top);
  std::sort(tops.begin(), tops.end());
  return tops;
}

}  // namespace

TEST_CASE("a path has the same place in a repository in whichever working tree it lies") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  const auto here = place_of_path(project.main() + "/parser.py");
  const auto there = place_of_path(side + "/parser.py");
  CHECK(here.repository == project.main() + "/.git");
  CHECK(there.repository == here.repository);
  CHECK(here.worktree.top == project.main());
  CHECK(here.worktree.branch == "main");
  CHECK(there.worktree.top == side);
  CHECK(there.worktree.branch == "side");
  CHECK(there.path == core::PathPattern::literal("/parser.py"));
  CHECK(here.meets(there));
  CHECK_FALSE(here.meets(here));
  CHECK_FALSE(here.meets(place_of_path(side + "/other.py")));
}

TEST_CASE("directories, patterns and files to come have a place as well") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  const auto file = place_of_path(project.main() + "/new/deep/a.py");
  CHECK(file.path == core::PathPattern::literal("/new/deep/a.py"));
  CHECK(file.meets(place_of_path(side + "/new/")));
  CHECK(file.meets(place_of_path(side)));
  CHECK(file.meets(place_of_path(side + "/new/**/*.py")));
  CHECK_FALSE(file.meets(place_of_path(side + "/new/*.py")));
  CHECK_FALSE(place_of_path(project.directory()).is_known());
  CHECK_FALSE(place_of_path(project.main() + "/.git/config").is_known());
}

TEST_CASE("the working trees of a repository are those that are there, with what is checked out") {
  GitProject project;
  const std::string side = project.add_worktree("side");
  const std::string gone = project.add_worktree("gone");
  std::filesystem::remove_all(gone);
  project.git({"checkout", "-q", "--detach"}, side);
  const std::string repository = place_of_path(side + "/parser.py").repository;
  CHECK(tops_of(repository) == std::vector<std::string>{project.main(), side});
  for (const core::Worktree& one : worktrees_of(repository))
    CHECK(one.branch == (one.top == side ? "" : "main"));
}

TEST_CASE("a bare repository has no main working tree, and a submodule is a repository of its own") {
  GitProject project;
  const std::string bare = project.directory() + "/bare.git";
  project.git({"clone", "-q", "--bare", project.main(), bare});
  project.git({"worktree", "add", "-q", "-b", "x", project.directory() + "/x"}, bare);
  const auto place = place_of_path(project.directory() + "/x/parser.py");
  CHECK(place.repository == bare);
  CHECK(tops_of(bare) == std::vector<std::string>{project.directory() + "/x"});

  project.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", bare, "sub"});
  CHECK(place_of_path(project.main() + "/sub/parser.py").repository == project.main() + "/.git/modules/sub");
}

TEST_CASE("names are text that leads back to their bytes, and no git is no place") {
  GitProject project;
  const std::string odd = project.directory() + "/odd\nname";
  project.git({"worktree", "add", "-q", "-b", "odd", odd});
  const auto place = place_of_path(project.directory() + "/odd\\x0aname/parser.py");
  CHECK(place.worktree.top == project.directory() + "/odd\\x0aname");
  CHECK(place.path == core::PathPattern::literal("/parser.py"));
  const governor::TemporaryDirectory plain;
  CHECK_FALSE(place_of_path(plain.path() + "/a").is_known());
  std::filesystem::create_directory(plain.path() + "/.git");
  CHECK_FALSE(place_of_path(plain.path() + "/a").is_known());
}
