// What begin_write allows and record_write takes down.
#include "tests/core/files_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

TEST_CASE("whoever has the lease may write, and it is pinned meanwhile") {
  FilesFixture files;
  const LeaseKey lease = files.lease(files.alice, "/p/a.cpp");
  REQUIRE(files.begin(files.alice, lease, "/p/a.cpp"));
  files.now += 3'600'000'000;
  files.state.expire(files.now, files.changes);
  CHECK(files.state.leases().open().contains(lease));
  files.state.end_write(lease);
  files.state.expire(files.now, files.changes);
  CHECK_FALSE(files.state.leases().open().contains(lease));
}

TEST_CASE("without the lease, with another's, for another path or after its time nobody writes") {
  FilesFixture files;
  const LeaseKey lease = files.lease(files.alice, "/p/a.cpp");
  CHECK(files.begin(files.alice, lease + 1, "/p/a.cpp").error().code == ErrorCode::not_found);
  CHECK(files.begin(files.bob, lease, "/p/a.cpp").error().code == ErrorCode::not_owner);
  CHECK(files.begin(files.alice, lease, "/p/b.cpp").error().code == ErrorCode::conflict);
  files.now += 3'600'000'000;
  CHECK(files.begin(files.alice, lease, "/p/a.cpp").error().code == ErrorCode::conflict);
}

TEST_CASE("an agent that may not go on may not write") {
  FilesFixture files;
  files.enrol(files.alice, "ada");
  const LeaseKey lease = files.lease(files.alice, "/p/a.cpp", "ada");
  REQUIRE(files.begin(files.alice, lease, "/p/a.cpp"));
  files.state.end_write(lease);
  REQUIRE(files.state.change_lifecycle({files.alice, 0}, {"ada", "", "wait"}, Lifecycle::paused, ++files.now,
                                       files.changes));
  const auto refused = files.begin(files.alice, lease, "/p/a.cpp");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("paused") != std::string::npos);
}

TEST_CASE("the first write takes down what was there and what came") {
  FilesFixture files;
  files.enrol(files.alice, "ada");
  const auto outcome = files.write(files.alice, "/p/a.cpp", "old", "new", "ada");
  const auto versions = of_kind<FileVersionAppended>(files.changes);
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].version.kind == FileVersionKind::seen);
  CHECK(versions[0].version.state.sha256 == "old");
  CHECK(versions[0].version.agent_id.empty());
  CHECK(versions[0].version.session == 0);
  CHECK(versions[1].version.kind == FileVersionKind::committed);
  CHECK(versions[1].version.state.sha256 == "new");
  CHECK(versions[1].version.agent_id == "ada");
  CHECK(versions[1].version.session == files.alice);
  CHECK(versions[1].version.key == versions[0].version.key + 1);
  CHECK(outcome.version.key == versions[1].version.key);
  CHECK(files.state.newest_version("/p/a.cpp")->state.sha256 == "new");
}

TEST_CASE("later writes take down only what is news") {
  FilesFixture files;
  files.write(files.alice, "/p/a.cpp", "1", "2");
  files.changes.clear();
  files.write(files.alice, "/p/a.cpp", "2", "3");
  CHECK(of_kind<FileVersionAppended>(files.changes).size() == 1);
  files.changes.clear();
  SECTION("what somebody else wrote in between is") {
    files.write(files.alice, "/p/a.cpp", "x", "4");
    REQUIRE(of_kind<FileVersionAppended>(files.changes).size() == 2);
    CHECK(of_kind<FileVersionAppended>(files.changes)[0].version.kind == FileVersionKind::seen);
  }
  SECTION("that somebody else removed it, too") {
    files.write(files.alice, "/p/a.cpp", "", "4");
    REQUIRE(of_kind<FileVersionAppended>(files.changes).size() == 2);
    CHECK_FALSE(of_kind<FileVersionAppended>(files.changes)[0].version.state.exists());
  }
  SECTION("the same content again is not") {
    files.write(files.alice, "/p/a.cpp", "3", "3");
    CHECK(of_kind<FileVersionAppended>(files.changes).empty());
  }
}

TEST_CASE("a new file has no version before it") {
  FilesFixture files;
  files.write(files.alice, "/p/new.cpp", "", "1");
  CHECK(of_kind<FileVersionAppended>(files.changes).size() == 1);
}

TEST_CASE("a write that is found done is taken down once") {
  FilesFixture files;
  files.write(files.alice, "/p/a.cpp", "1", "2");
  files.changes.clear();
  FileWrite write = files.written("/p/a.cpp", "2", "3");
  write.found_written = true;
  files.state.record_write({files.alice, 0}, write, ++files.now, files.changes);
  CHECK(of_kind<FileVersionAppended>(files.changes).size() == 1);
  const auto again = files.state.record_write({files.alice, 0}, write, ++files.now, files.changes);
  CHECK(of_kind<FileVersionAppended>(files.changes).size() == 1);
  CHECK_FALSE(again.loop);
  CHECK(again.version.state.sha256 == "3");
}

TEST_CASE(
    "a write that was taken for somebody else's, as after a crash, is its writer's when he comes back") {
  FilesFixture files;
  files.write(files.alice, "/p/a.cpp", "1", "2");
  files.lease(files.alice, "/p/a.cpp");
  files.changes.clear();
  FileChange change;
  change.path = "/p/a.cpp";
  change.after = files.written("/p/a.cpp", "2", "3").after;
  change.when = FileChange::When::after_start;
  REQUIRE(files.state.record_change(change, ++files.now, files.changes));
  REQUIRE(files.state.newest_version("/p/a.cpp")->kind == FileVersionKind::unasked);
  FileWrite write = files.written("/p/a.cpp", "3", "3");
  write.found_written = true;
  const auto outcome = files.state.record_write({files.alice, 0}, write, ++files.now, files.changes);
  CHECK_FALSE(outcome.loop);
  CHECK(outcome.version.kind == FileVersionKind::committed);
  CHECK(outcome.version.session == files.alice);
  const auto alerts = of_kind<AlertSaved>(files.changes);
  REQUIRE(alerts.size() == 2);
  CHECK(alerts[1].alert.cause == file_changed_cause("/p/a.cpp"));
  CHECK(alerts[1].alert.resolved_us != 0);
}

TEST_CASE("what was written survives a restart") {
  FilesFixture files;
  files.write(files.alice, "/p/a.cpp", "1", "2");
  StateSeed seed;
  for (const auto& change : of_kind<FileVersionAppended>(files.changes)) {
    seed.keys.file_version = change.version.key;
    seed.file_versions.push_back(change.version);
  }
  State later(Thresholds{}, std::move(seed));
  REQUIRE(later.newest_version("/p/a.cpp") != nullptr);
  CHECK(later.newest_version("/p/a.cpp")->state.sha256 == "2");
  Changes changes;
  const auto outcome = later.record_write({}, files.written("/p/a.cpp", "2", "3"), files.now, changes);
  CHECK(outcome.version.key == 3);
}
