// Versions of files, protections and unlocks in the real store.
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

constexpr std::int64_t kDay = 86'400'000'000;

core::FileVersion distinct_version(core::FileVersionKey key, const std::string& path,
                                   const std::string& sha256) {
  core::FileVersion version;
  version.key = key;
  version.path = path;
  version.state = {sha256, 11, 12, 100};
  version.timestamp_us = key * kDay;
  version.kind = core::FileVersionKind::reported;
  version.agent = 21;
  version.agent_id = "ada";
  version.session = 22;
  version.client = "editor";
  version.pid = 23;
  version.lease = 24;
  version.note = "why";
  return version;
}

core::LeasePath path_at(const std::string& text) {
  core::LeasePath path;
  path.pattern =
      text.find('*') == std::string::npos ? core::PathPattern::literal(text) : core::PathPattern::glob(text);
  return path;
}

struct FilesFixture : StoreFixture {
  void add(const std::string& path, const std::string& sha256) {
    commit({core::FileVersionAppended{distinct_version(++key, path, sha256)}});
  }
  /// Goes through everything in small slices.
  PruneScan scan(std::uint64_t keep_count, std::int64_t oldest_us, std::uint64_t excess) {
    PruneScan scan;
    scan.keep_count = keep_count;
    scan.oldest_us = oldest_us;
    scan.excess_bytes = excess;
    for (int i = 0; i < 1000 && !scan.done; ++i) REQUIRE_FALSE(store().find_prunable(scan, 2));
    REQUIRE(scan.done);
    return scan;
  }
  core::FileVersionKey key = 0;
};

using Keys = std::vector<core::FileVersionKey>;
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(FilesFixture, "a version comes back as it was stored") {
  add("/p/a", "s1");
  reopen();
  const auto version = store().load_file_version(1);
  REQUIRE(version);
  REQUIRE(*version);
  const core::FileVersion& back = **version;
  const core::FileVersion wanted = distinct_version(1, "/p/a", "s1");
  CHECK(back.path == wanted.path);
  CHECK(back.state.sha256 == wanted.state.sha256);
  CHECK(back.state.bytes == 11);
  CHECK(back.state.lines == 12);
  CHECK(back.state.stored_bytes == 100);
  CHECK(back.timestamp_us == wanted.timestamp_us);
  CHECK(back.kind == wanted.kind);
  CHECK(back.agent == 21);
  CHECK(back.agent_id == "ada");
  CHECK(back.session == 22);
  CHECK(back.client == "editor");
  CHECK(back.pid == 23);
  CHECK(back.lease == 24);
  CHECK(back.note == "why");
  CHECK_FALSE(*store().load_file_version(2));
}

TEST_CASE_METHOD(FilesFixture, "versions of one file come newest first, page by page, and by time") {
  for (const char* sha256 : {"1", "2", "3", "4", "5"}) {
    add("/p/a", sha256);
    add("/p/b", sha256);
  }
  const auto page = store().load_file_versions("/p/a", 0, 2);
  REQUIRE(page);
  REQUIRE(page->versions.size() == 2);
  CHECK(page->versions[0].state.sha256 == "5");
  CHECK(page->versions[1].state.sha256 == "4");
  CHECK(page->more);
  const auto last = store().load_file_versions("/p/a", page->versions[1].key, 10);
  CHECK(last->versions.size() == 3);
  CHECK_FALSE(last->more);
  CHECK(store().load_file_versions("/p/none", 0, 2)->versions.empty());
  CHECK((*store().load_file_version_at("/p/a", 3 * kDay))->key == 3);
  CHECK((*store().load_file_version_at("/p/a", 4 * kDay))->key == 3);
  CHECK_FALSE(*store().load_file_version_at("/p/a", kDay - 1));
}

TEST_CASE_METHOD(FilesFixture, "a state starts with the newest versions, in order, and never reuses a key") {
  add("/p/a", "1");
  add("/p/b", "1");
  add("/p/a", "2");
  commit({core::FileVersionsPruned{{3}}});
  reopen();
  const auto seed = store().load_seed();
  REQUIRE(seed);
  CHECK(seed->keys.file_version == 3);
  REQUIRE(seed->file_versions.size() == 2);
  CHECK(seed->file_versions[0].key == 1);
  CHECK(seed->file_versions[1].key == 2);
}

TEST_CASE_METHOD(FilesFixture, "protections and unlocks come back, changed and removed ones as they are") {
  core::Protection protection;
  protection.path = path_at("/p/core/**");
  protection.path.spelled = "/P/Core/**";
  protection.reason = "core";
  protection.by = "governorctl";
  protection.since_us = 5;
  core::Protection other = protection;
  other.path = path_at("/p/other");
  other.path.device = 7;
  other.path.inode = 8;
  core::Unlock unlock{path_at("/p/core/a"), "ada", "release", "governorctl", 10, 20};
  core::Unlock everybody{path_at("/p/core/a"), "", "", "governorctl", 11, 30};
  commit({core::ProtectionSaved{protection}, core::ProtectionSaved{other}, core::UnlockSaved{unlock},
          core::UnlockSaved{everybody}});
  protection.reason = "the core";
  commit({core::ProtectionSaved{protection}});
  reopen();
  auto seed = store().load_seed();
  REQUIRE(seed);
  REQUIRE(seed->protections.size() == 2);
  CHECK(seed->protections[0].path.pattern == protection.path.pattern);
  CHECK(seed->protections[0].path.spelled == "/P/Core/**");
  CHECK(seed->protections[0].reason == "the core");
  CHECK(seed->protections[0].by == "governorctl");
  CHECK(seed->protections[0].since_us == 5);
  CHECK(seed->protections[1].path.inode == 8);
  REQUIRE(seed->unlocks.size() == 2);
  CHECK(seed->unlocks[0].agent_id == "ada");
  CHECK(seed->unlocks[0].path.pattern == unlock.path.pattern);
  CHECK(seed->unlocks[0].until_us == 20);
  CHECK(seed->unlocks[1].agent_id.empty());

  unlock.granted_us = 25;  // by then the first is over; taking it back ends it
  unlock.until_us = 25;
  commit({core::ProtectionSaved{protection, true}, core::UnlockSaved{unlock}});
  seed = store().load_seed();
  CHECK(seed->protections.size() == 1);
  std::size_t open = 0;
  for (const core::Unlock& known : seed->unlocks) open += known.until_us > 25 ? 1 : 0;
  CHECK(open == 1);
}

TEST_CASE_METHOD(FilesFixture, "nothing is pruned while all is within its limits") {
  for (const char* sha256 : {"1", "2", "3"}) add("/p/a", sha256);
  CHECK(scan(3, 0, 0).versions.empty());
}

TEST_CASE_METHOD(FilesFixture, "of one file only so many versions are kept, the newest") {
  for (const char* sha256 : {"1", "2", "3", "4", "5"}) add("/p/a", sha256);
  add("/p/b", "9");
  const PruneScan found = scan(2, 0, 0);
  CHECK(found.versions == Keys{1, 2, 3});
  CHECK(found.contents == Texts{"1", "2", "3"});
}

TEST_CASE_METHOD(FilesFixture, "old versions go, except the newest of a file") {
  add("/p/a", "1");
  add("/p/b", "2");
  add("/p/a", "3");
  const PruneScan found = scan(50, 100 * kDay, 0);
  CHECK(found.versions == Keys{1});
  CHECK(found.contents == Texts{"1"});
}

TEST_CASE_METHOD(FilesFixture, "a content that another version needs stays") {
  add("/p/a", "1");
  add("/p/a", "2");
  add("/p/b", "1");
  CHECK(scan(1, 0, 0).versions == Keys{1});
  CHECK(scan(1, 0, 0).contents.empty());
}

TEST_CASE_METHOD(FilesFixture, "a content goes with the last of its versions") {
  add("/p/a", "1");
  add("/p/a", "2");
  add("/p/a", "1");
  add("/p/a", "3");
  CHECK(scan(1, 0, 0).versions == Keys{1, 2, 3});
  CHECK(scan(1, 0, 0).contents == Texts{"2", "1"});
}

TEST_CASE_METHOD(FilesFixture, "if there is too much, the oldest go first, the newest of a file last") {
  add("/p/a", "1");  // 100 bytes each
  add("/p/b", "2");
  add("/p/a", "3");
  add("/p/a", "4");
  CHECK(scan(50, 0, 1).versions == Keys{1});
  CHECK(scan(50, 0, 150).versions == Keys{1, 3});
  CHECK(scan(50, 0, 201).versions == Keys{1, 3, 2});
  CHECK(scan(50, 0, 1000).versions == Keys{1, 3, 2, 4});
}

TEST_CASE_METHOD(FilesFixture, "a file that was missing has a version without a content") {
  add("/p/a", "");
  add("/p/a", "1");
  CHECK(scan(1, 0, 0).versions == Keys{1});
  CHECK(scan(1, 0, 0).contents.empty());
}

TEST_CASE_METHOD(FilesFixture, "what was seen later counts from the time that the file itself has") {
  const auto seen = [&](std::int64_t modified_us) {
    ++key;
    core::FileVersion version = distinct_version(key, "/p/a", std::to_string(key));
    version.kind = core::FileVersionKind::seen;
    version.state.modified_us = modified_us;
    commit({core::FileVersionAppended{version}});
  };
  const auto at = [&](std::int64_t time_us) {
    const auto version = store().load_file_version_at("/p/a", time_us);
    return *version ? (*version)->key : 0;
  };
  seen(kDay / 2);         // seen at 1 day
  seen(kDay + kDay / 2);  // at 2 days
  add("/p/a", "3");       // at 3 days; its own time is not known
  seen(kDay);             // at 4 days: older than what was known, as after a copy that keeps times
  CHECK(at(kDay / 4) == 0);
  CHECK(at(kDay / 2) == 1);
  CHECK(at(kDay + kDay / 4) == 1);
  CHECK(at(kDay + kDay / 2) == 2);
  CHECK(at(3 * kDay + 1) == 3);
  CHECK(at(4 * kDay) == 4);
}

TEST_CASE_METHOD(FilesFixture, "the files below a directory are told page by page, each once") {
  for (const char* path : {"/p/b", "/p/a", "/p/c/d", "/p/a", "/p", "/p0", "/p-/x", "/q"}) add(path, "1");
  const auto below = [&](const std::string& directory, const std::string& after, std::size_t limit) {
    const auto paths = store().load_files_below(directory, after, limit);
    REQUIRE(paths);
    return *paths;
  };
  CHECK(below("/p", "", 10) == Texts{"/p/a", "/p/b", "/p/c/d"});
  CHECK(below("/p", "", 2) == Texts{"/p/a", "/p/b"});
  CHECK(below("/p", "/p/b", 2) == Texts{"/p/c/d"});
  CHECK(below("/p/c", "", 2) == Texts{"/p/c/d"});
  CHECK(below("/none", "", 2).empty());
  CHECK(below("/", "", 10).size() == 7);
}
