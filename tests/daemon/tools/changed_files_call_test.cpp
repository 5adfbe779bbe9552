#include "daemon/tools/coordination/changed_files_call.hpp"

#include <filesystem>

#include "daemon/files/file_services.hpp"
#include "daemon/support/sha256.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::write_file;

namespace {

/// A watched project with one file, which governor wrote.
struct Project {
  Project() : state(core::Thresholds{}, core::StateSeed{}) {
    bool resumed = false;
    core::Session session;
    session.id = "a";
    caller.session = state.open_session(std::move(session), resumed, changes).key;
    state.set_watch_root(caller, {root, false}, true, now, changes);
    commit("one");
    changes.clear();
  }

  static core::FileState holding(const std::string& content) {
    return {sha256_hex(content), content.size(), 1, 1};
  }
  /// As commit_file does, by a rename.
  void commit(const std::string& content) {
    core::FileWrite write;
    write.path = path;
    if (const core::FileVersion* known = state.newest_version(path)) write.before = known->state;
    write.after = holding(content);
    write_file(path + ".new", content);
    std::filesystem::rename(path + ".new", path);
    state.record_write(caller, std::move(write), ++now, changes);
  }
  CallContext context() { return {state, caller, ++now, changes}; }
  [[nodiscard]] std::size_t alerts() const {
    std::size_t count = 0;
    for (const core::Change& change : changes)
      count += std::holds_alternative<core::AlertSaved>(change) ? 1 : 0;
    return count;
  }

  TemporaryDirectory directory;
  std::string root = std::filesystem::canonical(directory.path()).string();
  std::string path = root + "/file";
  core::State state;
  core::Caller caller;
  core::Changes changes;
  std::int64_t now = 1'000'000;
  FileServices files{root + "-backups", FileSettings{}};
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a change that nobody was granted is told with what was there before") {
  Project project;
  Paths again;
  ChangedFilesCall call({{project.path}, {}, {}}, [&](Paths paths) { again = std::move(paths); });
  write_file(project.path, "theirs");
  auto first = project.context();
  const Step look = call.run(first);
  REQUIRE(std::holds_alternative<Work>(look));
  std::get<Work>(look).function(project.files);
  auto second = project.context();
  REQUIRE(std::holds_alternative<Answer>(call.run(second)));
  CHECK(project.alerts() == 1);
  CHECK(again.empty());
  CHECK(project.state.newest_version(project.path)->state.sha256 == sha256_hex("theirs"));
  std::filesystem::remove_all(project.root + "-backups");
}

TEST_CASE("what was seen before governor wrote the file is no change after it, but looked at again") {
  Project project;
  Paths again;
  ChangedFilesCall call({{project.path}, {}, {}}, [&](Paths paths) { again = std::move(paths); });
  auto first = project.context();
  const Step look = call.run(first);
  REQUIRE(std::holds_alternative<Work>(look));
  SECTION("seen before") {
    std::get<Work>(look).function(project.files);
    project.commit("two");
  }
  SECTION("seen after, and told before") {
    project.commit("two");
    std::get<Work>(look).function(project.files);
    project.commit("three");
  }
  project.changes.clear();
  auto second = project.context();
  REQUIRE(std::holds_alternative<Answer>(call.run(second)));
  CHECK(project.alerts() == 0);
  CHECK(again == Paths{project.path});
  CHECK(project.changes.empty());
  std::filesystem::remove_all(project.root + "-backups");
}

TEST_CASE("a protected or leased file that went while governor did not run is told") {
  Project project;
  project.state.set_watch_root(project.caller, {project.root, false}, false, project.now, project.changes);
  const core::LeasePath path{core::PathPattern::literal(project.path)};
  core::ProtectCommand protect;
  protect.path = path;
  REQUIRE_FALSE(project.state.protect(project.caller, std::move(protect), project.now, project.changes));
  std::filesystem::remove(project.path);
  SECTION("deleted") {}
  SECTION("moved away") {
    write_file(project.path + ".away", "one");
  }
  SECTION("a directory in its place") {
    std::filesystem::create_directory(project.path);
  }
  project.changes.clear();
  ChangedFilesCall call({{}, {}, project.state.watch_targets(), core::FileChange::When::after_start},
                        [](const Paths&) {});
  for (int rounds = 0; rounds < 4; ++rounds) {
    auto context = project.context();
    const Step step = call.run(context);
    if (!std::holds_alternative<Work>(step)) break;
    std::get<Work>(step).function(project.files);
  }
  CHECK(project.alerts() == 1);
  CHECK_FALSE(project.state.newest_version(project.path)->state.exists());
  std::filesystem::remove_all(project.root + "-backups");
}
