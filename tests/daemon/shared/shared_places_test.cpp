// Which repository is which workspace.
#include "daemon/shared/shared_places.hpp"

#include <cstdlib>

#include "daemon/files/real_path.hpp"
#include "daemon/watch/git_worktree.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor;
using namespace governor::daemon;

namespace {

void git(const std::string& arguments) {
  const std::string command =
      "git -c user.name=t -c user.email=t@example.org -c protocol.file.allow=always " + arguments +
      " >/dev/null 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
}

core::LeasePath located(const std::string& path) {
  return WorktreeLookup().locate(resolve_path(path, "/").value());
}

/// An original, and what git makes of it.
struct Clones {
  Clones() {
    git("init -q -b main " + original);
    git("-C " + original + " commit -q --allow-empty -m one");
    git("-C " + original + " commit -q --allow-empty -m two");
    git("clone -q " + original + " " + clone);
    git("clone -q --depth 1 file://" + original + " " + shallow);
    git("-C " + original + " worktree add -q -b side " + worktree);
    git("init -q " + other);
    git("-C " + other + " commit -q --allow-empty -m other");
    git("init -q " + empty);
  }
  TemporaryDirectory directory;
  std::string original = directory / "original", clone = directory / "clone", shallow = directory / "shallow",
              worktree = directory / "worktree", other = directory / "other", empty = directory / "empty";
};

std::vector<std::string> environment() {
  return {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent"};
}

}  // namespace

TEST_CASE("clones and worktrees of one repository are one workspace, and others are none of it") {
  const Clones repositories;
  SharedSettings settings;
  settings.all = true;
  SharedPlaces places(settings, environment());
  core::LeasePath one = located(repositories.original + "/src/A.cpp");
  core::LeasePath two = located(repositories.clone + "/src/**");
  core::LeasePath three = located(repositories.worktree + "/src/a.cpp");
  core::LeasePath four = located(repositories.other + "/src/a.cpp");
  for (core::LeasePath* path : {&one, &two, &three, &four}) REQUIRE_FALSE(places.share(*path));
  CHECK(one.shared.is_known());
  CHECK(one.conflicts_with(two));
  // On a machine whose file names ignore the case both are one file.
  CHECK(one.conflicts_with(three));
  CHECK_FALSE(one.conflicts_with(four));
  core::LeasePath nowhere = located(repositories.directory / "a.cpp");
  REQUIRE_FALSE(places.share(nowhere));
  CHECK_FALSE(nowhere.shared.is_known());
}

TEST_CASE("only the repositories that are named are shared, under the name that they are given") {
  const Clones repositories;
  SharedSettings settings;
  settings.places = {{repositories.original, ""}, {repositories.shallow, "ours"}};
  SharedPlaces places(settings, environment());
  core::LeasePath in_worktree = located(repositories.worktree + "/a");
  core::LeasePath in_clone = located(repositories.clone + "/a");
  core::LeasePath in_shallow = located(repositories.shallow + "/a");
  for (core::LeasePath* path : {&in_worktree, &in_clone, &in_shallow}) REQUIRE_FALSE(places.share(*path));
  CHECK(in_worktree.shared.is_known());
  CHECK_FALSE(in_clone.shared.is_known());
  CHECK(in_shallow.shared.workspace == "name:ours");
}

TEST_CASE("a repository whose first commit cannot be told is refused, with what to do") {
  const Clones repositories;
  SharedSettings settings;
  settings.all = true;
  SharedPlaces places(settings, environment());
  for (const std::string& top : {repositories.shallow, repositories.empty}) {
    core::LeasePath path = located(top + "/a");
    const auto refused = places.share(path);
    REQUIRE(refused);
    CHECK(refused->hint.find("name") != std::string::npos);
    CHECK_FALSE(path.shared.is_known());
  }
}
