// Writes that were interrupted, and what somebody wrote at the last moment.
#include "tests/core/files_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

struct OpenWritesFixture : FilesFixture {
  OpenWriteKey begin_change(const std::string& after) {
    return state.begin_change({alice, 0}, written("/p/a", "old", after), ".governor-1-x-1", ++now, changes);
  }
  /// A state that was read back from what has been made durable.
  State after_a_crash(OpenWriteKey key) {
    StateSeed seed;
    for (const auto& saved : of_kind<SessionSaved>(changes)) seed.sessions.push_back(saved.session);
    for (const auto& saved : of_kind<LeaseSaved>(changes)) seed.leases.push_back(saved.lease);
    for (const auto& version : of_kind<FileVersionAppended>(changes))
      seed.file_versions.push_back(version.version);
    for (const auto& saved : of_kind<OpenWriteSaved>(changes)) {
      if (saved.open.key == key) seed.open_writes.push_back(saved.open);
    }
    seed.keys = {100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100};
    return State({}, std::move(seed));
  }
  static FileState content(const std::string& sha256) { return {sha256, sha256.size(), 1, sha256.size()}; }
};

}  // namespace

TEST_CASE("what an interrupted write has brought is its writer's, and no change that nobody was granted") {
  OpenWritesFixture f;
  f.lease(f.alice, "/p/a");
  f.state.record_change({"/p/a", OpenWritesFixture::content("old"), FileChange::When::first_look, true},
                        ++f.now, f.changes);
  State next = f.after_a_crash(f.begin_change("new"));
  Changes changes;
  CHECK_FALSE(next.record_change(
      {"/p/a", OpenWritesFixture::content("new"), FileChange::When::after_start, true}, ++f.now, changes));
  CHECK(of_kind<AlertSaved>(changes).empty());
  const auto versions = of_kind<FileVersionAppended>(changes);
  REQUIRE(versions.size() == 1);
  CHECK(versions[0].version.kind == FileVersionKind::committed);
  CHECK(of_kind<OpenWriteEnded>(changes).size() == 1);
  CHECK(next.open_writes().empty());
}

TEST_CASE("another content than the interrupted write was to bring is somebody else's") {
  OpenWritesFixture f;
  f.lease(f.alice, "/p/a");
  f.state.record_change({"/p/a", OpenWritesFixture::content("old"), FileChange::When::first_look, true},
                        ++f.now, f.changes);
  State next = f.after_a_crash(f.begin_change("new"));
  Changes changes;
  CHECK(next.record_change(
      {"/p/a", OpenWritesFixture::content("theirs"), FileChange::When::after_start, true}, ++f.now, changes));
  CHECK(of_kind<AlertSaved>(changes).size() == 1);
}

TEST_CASE("while a write is under way nobody is told of what is seen of it") {
  OpenWritesFixture f;
  const OpenWriteKey key = f.begin_change("new");
  CHECK(f.state.standing_of("/p/a", f.now).is_being_written);
  f.state.end_change(key, f.changes);
  CHECK_FALSE(f.state.standing_of("/p/a", f.now).is_being_written);
}

TEST_CASE(
    "what somebody wrote at the last moment is a version of the file, and a person is told how to get it") {
  OpenWritesFixture f;
  const FileVersionKey backup = f.state.record_displaced(
      "/p/a", OpenWritesFixture::content("old"), OpenWritesFixture::content("theirs"), ++f.now, f.changes);
  f.write(f.alice, "/p/a", "theirs", "new");
  f.state.tell_displaced("/p/a", backup, {}, ++f.now, f.changes);
  std::vector<std::string> contents;
  for (const auto& version : of_kind<FileVersionAppended>(f.changes))
    contents.push_back(version.version.state.sha256);
  CHECK(contents == std::vector<std::string>{"old", "theirs", "new"});
  const auto alerts = of_kind<AlertSaved>(f.changes);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].alert.message.find("governorctl restore /p/a --backup " + std::to_string(backup)) !=
        std::string::npos);
  SECTION("which a later write does not resolve") {
    f.write(f.alice, "/p/a", "new", "newer");
    CHECK(of_kind<AlertSaved>(f.changes).size() == 1);
  }
}
