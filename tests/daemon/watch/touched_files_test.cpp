#include "daemon/watch/touched_files.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::write_file;

namespace {

struct TouchedProject {
  TouchedProject() {
    for (const char* name : {"src", "src/deep", "made", "node_modules", ".git"})
      std::filesystem::create_directories(root + '/' + name);
    for (const char* name : {"a.txt", "src/b.txt", "src/deep/c.txt", "made/d.txt", "node_modules/e.txt"})
      write_file(root + '/' + name, "one");
    write_file(root + "/.gitignore", "made/\n");
  }
  /// The names below the root that were touched since, in order.
  std::vector<std::string> since(std::int64_t moment, std::vector<std::string> known = {}) {
    for (std::string& name : known) name.insert(0, root + '/');
    WatchFilter filter({}, "");
    auto found = touched_files(root, moment, known, filter);
    for (std::string& path : found) path.erase(0, root.size() + 1);
    std::sort(found.begin(), found.end());
    return found;
  }
  /// A moment after which nothing has been touched yet.
  std::int64_t later_than_all() const { return last_touched_us(root + "/.gitignore") + 1; }

  TemporaryDirectory directory;
  std::string root = std::filesystem::canonical(directory.path()).string();
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("what was touched is found, but for what git and package managers keep", "[watch]") {
  TouchedProject project;
  CHECK(project.since(0) == Names{".gitignore", "a.txt", "src/b.txt", "src/deep/c.txt"});
  const std::int64_t moment = project.later_than_all();
  CHECK(project.since(moment).empty());
  // The clock of files goes in steps.
  while (last_touched_us(project.root + "/src/b.txt") < moment)
    write_file(project.root + "/src/b.txt", "two");
  CHECK(project.since(moment) == Names{"src/b.txt"});
}

TEST_CASE("a time that a program sets back does not hide a change", "[watch]") {
  TouchedProject project;
  const std::int64_t moment = project.later_than_all();
  const std::filesystem::path file = project.root + "/a.txt";
  const auto long_ago = std::filesystem::last_write_time(file) - std::chrono::hours(100);
  while (last_touched_us(file.string()) < moment) std::filesystem::last_write_time(file, long_ago);
  CHECK(project.since(moment) == Names{"a.txt"});
}

TEST_CASE("of the files that were known those are found that are gone, alone or with their directory",
          "[watch]") {
  TouchedProject project;
  const Names known{"a.txt", "src/b.txt", "src/deep/c.txt", "never.txt"};
  std::filesystem::remove(project.root + "/a.txt");
  std::filesystem::remove_all(project.root + "/src/deep");
  const std::int64_t moment = last_touched_us(project.root);
  const Names found = project.since(moment, known);
  // What was made at the same moment is found as well.
  for (const char* name : {"a.txt", "never.txt", "src/deep/c.txt"})
    CHECK(std::count(found.begin(), found.end(), name) == 1);
  // Nothing was touched after the end of time, and a directory that is not there cannot tell.
  CHECK(project.since(INT64_MAX, known) == Names{"src/deep/c.txt"});
}

TEST_CASE("a file in whose place is a directory is gone", "[watch]") {
  TouchedProject project;
  const std::int64_t moment = project.later_than_all();
  std::filesystem::remove(project.root + "/a.txt");
  do {  // the clock of files goes in steps
    std::filesystem::remove(project.root + "/a.txt");
    std::filesystem::create_directory(project.root + "/a.txt");
  } while (last_touched_us(project.root) < moment);
  CHECK(project.since(moment, {"a.txt", "src/b.txt"}) == Names{"a.txt"});
}
