// Files that changed without governor, as the state judges them.
#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

FileState content(const std::string& sha256, std::uint64_t lines, std::uint64_t stored_bytes) {
  return {sha256, lines * 10, lines, stored_bytes};
}

/// Governor knows what the leased file held, and then somebody writes it.
struct ChangeFixture : LeaseFixture {
  bool by_git = false;
  bool is_new = false;
  bool changes_to(FileState after, FileChange::When when = FileChange::When::now) {
    FileChange change;
    change.path = "/p/a";
    change.after = std::move(after);
    change.when = when;
    change.by_git = by_git;
    change.is_new = is_new;
    return state.record_change(std::move(change), ++now, changes);
  }
  std::string alert() {
    const auto raised = of_kind<AlertSaved>(changes);
    return raised.empty() ? std::string() : raised.back().alert.message;
  }
};

}  // namespace

TEST_CASE("a change that nobody was granted says how to undo it, if that can be done") {
  ChangeFixture f;
  f.granted(f.alice, {"/p/a"});
  SECTION("what was there is kept") {
    CHECK_FALSE(f.changes_to(content("one", 500, 77), FileChange::When::first_look));
    CHECK(f.changes_to(content("two", 20, 7)));
    CHECK(f.alert().find("governorctl restore /p/a --backup 1") != std::string::npos);
  }
  SECTION("it could not be kept") {
    CHECK_FALSE(f.changes_to(content("one", 500, 0), FileChange::When::first_look));
    CHECK(f.changes_to(content("two", 20, 7)));
    CHECK(f.alert().find("from 500 lines") != std::string::npos);
    CHECK(f.alert().find("governorctl restore") == std::string::npos);
    CHECK(f.alert().find("No backup") != std::string::npos);
  }
}

TEST_CASE("a file that is nobody's business changes without an alert") {
  ChangeFixture f;
  CHECK_FALSE(f.changes_to(content("one", 500, 77)));
  CHECK_FALSE(f.changes_to(content("two", 20, 7)));
  CHECK(f.alert().empty());
}

TEST_CASE("the command that undoes a change can be pasted, whatever the file is called") {
  LeaseFixture f;
  const std::string path = "/p/it's; rm -rf $HOME";
  f.granted(f.alice, {path});
  for (const FileChange::When when : {FileChange::When::first_look, FileChange::When::now}) {
    FileChange change;
    change.path = path;
    change.after = when == FileChange::When::now ? content("two", 20, 7) : content("one", 500, 77);
    change.when = when;
    f.state.record_change(std::move(change), ++f.now, f.changes);
  }
  const auto raised = of_kind<AlertSaved>(f.changes);
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].alert.message.find(R"(governorctl restore '/p/it'\''s; rm -rf $HOME' --backup 1 )") !=
        std::string::npos);
}

TEST_CASE("a file that is new is said to be created") {
  ChangeFixture f;
  f.state.set_watch_root({f.alice, 0}, {"/p", false}, true, f.now, f.changes);
  SECTION("governor never saw it, and it was made a moment ago") {
    f.is_new = true;
    CHECK(f.changes_to(content("one", 3, 7)));
    CHECK(f.alert().find("/p/a was created without a lease: 3 lines") != std::string::npos);
  }
  SECTION("it was removed before") {
    CHECK_FALSE(f.changes_to(content("one", 3, 7), FileChange::When::first_look));
    CHECK(f.changes_to(FileState{}));
    CHECK(f.changes_to(content("two", 4, 7)));
    CHECK(f.alert().find("/p/a was created without a lease: 4 lines") != std::string::npos);
  }
  SECTION("it is old, and governor does not know what was in it") {
    CHECK(f.changes_to(content("one", 3, 7)));
    CHECK(f.alert().find("/p/a was changed without a lease: previous content unknown, now 3 lines") !=
          std::string::npos);
  }
}

TEST_CASE("what git changes in a watched project is no alert, but in the audit log; what is leased is one") {
  ChangeFixture f;
  f.state.set_watch_root({f.alice, 0}, {"/p", false}, true, f.now, f.changes);
  CHECK_FALSE(f.changes_to(content("one", 3, 7), FileChange::When::first_look));
  f.by_git = true;
  SECTION("only watched") {
    f.changes.clear();
    CHECK_FALSE(f.changes_to(content("two", 4, 7)));
    CHECK(f.alert().empty());
    const auto audited = of_kind<AuditAppended>(f.changes);
    REQUIRE(audited.size() == 1);
    CHECK(audited[0].detail.find("/p/a was changed without a lease, by git: from 3 lines") !=
          std::string::npos);
  }
  SECTION("leased") {
    f.granted(f.alice, {"/p/a"});
    CHECK(f.changes_to(content("two", 4, 7)));
    CHECK(f.alert().find(", by git: from 3 lines") != std::string::npos);
  }
}

TEST_CASE("a watched directory is one whatever is said of ignored files") {
  ChangeFixture f;
  const Caller alice{f.alice, 0};
  CHECK(f.state.set_watch_root(alice, {"/p", false}, true, f.now, f.changes));
  CHECK_FALSE(f.state.set_watch_root(alice, {"/p", false}, true, f.now, f.changes));
  CHECK_FALSE(f.state.standing_of("/p/a", f.now).matters_if_ignored);
  CHECK(f.state.set_watch_root(alice, {"/p", true}, true, f.now, f.changes));
  CHECK(f.state.standing_of("/p/a", f.now).matters_if_ignored);
  REQUIRE(f.state.watch_roots().size() == 1);
  CHECK(of_kind<WatchRootsSaved>(f.changes).back().roots == std::vector<std::string>{"+/p"});
  CHECK(f.state.set_watch_root(alice, {"/p", false}, false, f.now, f.changes));
  CHECK(f.state.watch_roots().empty());
}

TEST_CASE("a write that came after the file was replaced is kept as a version, and told") {
  ChangeFixture f;
  CHECK_FALSE(f.changes_to(content("one", 3, 7), FileChange::When::first_look));
  f.changes.clear();
  f.state.record_late_write("/p/a", content("late", 4, 9), ++f.now, f.changes);
  const auto versions = of_kind<FileVersionAppended>(f.changes);
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].version.state.sha256 == "late");
  CHECK(versions[0].version.kind == FileVersionKind::unasked);
  CHECK(versions[1].version.state.sha256 == "one");
  CHECK(f.state.newest_version("/p/a")->state.sha256 == "one");
  CHECK(f.alert().find("governorctl restore /p/a --backup 2 ") != std::string::npos);
  f.changes.clear();
  f.state.record_late_write("/p/a", content("one", 3, 7), ++f.now, f.changes);
  CHECK(f.changes.empty());
}

TEST_CASE("an alert about many files names the command that shows how each comes back") {
  ChangeFixture f;
  f.state.raise_many_changes(12, "/p/a b", ++f.now, f.changes);
  const auto raised = of_kind<AlertSaved>(f.changes);
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].alert.message.find("`governorctl audit --event file_changed`") != std::string::npos);
  CHECK(raised[0].alert.message.find("governorctl restore") == std::string::npos);  // of which file?
}
