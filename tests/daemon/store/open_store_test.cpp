#include "daemon/store/open_store.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "daemon/store/backup.hpp"
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace fs = std::filesystem;

namespace {

constexpr int kNewest = static_cast<int>(kMigrations.size());

/// As a later governor would have them.
std::vector<const char*> migrations_and(std::initializer_list<const char*> more) {
  std::vector<const char*> all(kMigrations.begin(), kMigrations.end());
  all.insert(all.end(), more);
  return all;
}

const std::atomic<bool> kNeverStop{false};

core::Changes agents(int count) {
  core::Changes changes;
  for (int i = 1; i <= count; ++i) {
    core::AgentProfile profile = distinct_profile(i, "agent-" + std::to_string(i));
    profile.notes = std::string(500, 'n');
    changes.emplace_back(core::AgentSaved{profile});
    changes.emplace_back(row(i, i, distinct_record(1)));
  }
  return changes;
}

std::vector<std::string> set_aside(const std::string& directory) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".damaged-") != std::string::npos) found.push_back(entry.path().string());
  }
  return found;
}

/// A database as another program, or another version of governor, left it.
void make_database(const std::string& path, int application_id, int user_version) {
  SQLite::Database db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec("CREATE TABLE theirs(x); INSERT INTO theirs VALUES('precious')");
  db.exec("PRAGMA application_id = " + std::to_string(application_id));
  db.exec("PRAGMA user_version = " + std::to_string(user_version));
}

void damage(const std::string& path, const std::string& how) {
  std::string bytes = read_file(path);
  REQUIRE(bytes.size() > 16 * 4096);
  if (how == "garbage header") {
    std::fill(bytes.begin(), bytes.begin() + 100, '\xAB');
  } else if (how == "truncated") {
    bytes.resize(bytes.size() / 2 + 100);
  } else if (how == "a few bytes left") {
    bytes.resize(50);
  } else if (how == "not a database") {
    bytes =
        "this is a text that somebody wrote here by mistake, longer than a header of a database is, by far";
  } else {  // a page overwritten
    for (std::size_t page = 1; page < bytes.size() / 4096; page += 2) {
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 4096), 200, '\xFF');
    }
  }
  write_file(path, bytes);
}

}  // namespace

TEST_CASE("a new state directory gets a new database, marked as governor's and at the newest schema") {
  StoreFixture f;
  CHECK(f.notices().empty());
  CHECK(f.number("PRAGMA application_id") == 0x6776726e);
  CHECK(f.number("PRAGMA user_version") == static_cast<std::int64_t>(kMigrations.size()));
  SQLite::Database db(f.database(), SQLite::OPEN_READONLY);
  CHECK(db.execAndGet("PRAGMA journal_mode").getString() == "wal");
}

TEST_CASE("every table is STRICT") {
  StoreFixture f;
  CHECK(f.number("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                 "AND name NOT LIKE 'sqlite_%' AND strict = 0") == 0);
  CHECK(f.number("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 1") >= 6);
}

TEST_CASE("a store that is opened again has what was in it, and says nothing about it") {
  StoreFixture f;
  f.commit(agents(10));
  f.reopen();
  CHECK(f.notices().empty());
  CHECK(f.store().list_agents({}, "", 100, 1000)->agents.size() == 10);
  CHECK_FALSE(fs::exists(f.backups()));
}

TEST_CASE("what a killed daemon left in the write-ahead log is there after opening again") {
  StoreFixture f;
  f.commit(agents(10));
  TemporaryDirectory copy;  // the files as a crash would leave them: never closed
  for (const char* suffix : {"", "-wal"})
    fs::copy_file(f.database() + suffix, database_path(copy.path()) + suffix);
  REQUIRE(fs::file_size(database_path(copy.path()) + "-wal") > 0);
  const auto opened = open_store(copy.path());
  REQUIRE(opened);
  CHECK(opened->notices.empty());
  CHECK(opened->store->list_agents({}, "", 100, 1000)->agents.size() == 10);
}

TEST_CASE("the database of a newer governor is refused and left untouched") {
  StoreFixture f;
  f.commit(agents(3));
  f.execute("PRAGMA user_version = 9999");
  f.close();
  const std::string before = read_file(f.database());
  const auto refused = open_store(f.directory());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("newer governor (schema 9999") != std::string::npos);
  CHECK(refused.error().message.find(f.database()) == 0);
  CHECK_FALSE(refused.error().hint.empty());
  CHECK(read_file(f.database()) == before);
  CHECK(set_aside(f.directory()).empty());
}

TEST_CASE("the database of another program is refused and left untouched") {
  for (const auto& [application_id, user_version] :
       {std::pair{0x12345678, 0}, std::pair{0x12345678, 1}, std::pair{0, 5}}) {
    TemporaryDirectory directory;
    const std::string path = database_path(directory.path());
    make_database(path, application_id, user_version);
    const std::string before = read_file(path);
    const auto refused = open_store(directory.path());
    INFO(application_id << " " << user_version);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("another program") != std::string::npos);
    CHECK(read_file(path) == before);
    CHECK(set_aside(directory.path()).empty());
  }
}

TEST_CASE("the unmarked database of another program is not taken over either") {
  TemporaryDirectory directory;
  const std::string path = database_path(directory.path());
  make_database(path, 0, 0);
  const std::string before = read_file(path);
  const auto refused = open_store(directory.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("another program") != std::string::npos);
  CHECK(read_file(path) == before);
}

TEST_CASE("an empty file is a new database") {
  TemporaryDirectory directory;
  write_file(database_path(directory.path()), "");
  const auto opened = open_store(directory.path());
  REQUIRE(opened);
  CHECK(opened->notices.empty());
}

TEST_CASE("a damaged database is set aside, the newest good backup takes its place, and the user is told") {
  for (const char* how :
       {"garbage header", "truncated", "a few bytes left", "not a database", "pages overwritten"}) {
    INFO(how);
    StoreFixture f;
    f.commit(agents(150));
    REQUIRE(take_backup(f.database(), f.backups(), "old", kNeverStop));
    f.commit({core::AgentSaved{distinct_profile(900, "later")}});
    const auto newest = take_backup(f.database(), f.backups(), "new", kNeverStop);
    REQUIRE(newest);
    f.close();
    damage(f.database(), how);
    const std::string damaged = read_file(f.database());

    f.reopen();
    REQUIRE(f.notices().size() == 1);
    CHECK(f.notices()[0].find("The database could not be used") == 0);
    CHECK(f.notices()[0].find(*newest) != std::string::npos);
    CHECK(f.store().list_agents({}, "", 500, 1000)->agents.size() == 151);
    CHECK(*f.store().load_agent("later"));
    const auto aside = set_aside(f.directory());
    REQUIRE(aside.size() == 1);
    CHECK(f.notices()[0].find(aside[0]) != std::string::npos);
    CHECK(read_file(aside[0]) == damaged);  // for a person to rescue
    f.commit({row(5000, 1, distinct_record(2), 1)});
    f.reopen();
    CHECK(f.notices().empty());       // it is sound now
    REQUIRE(f.alerts().size() == 1);  // until a person has acknowledged it
    CHECK(f.alerts()[0].kind == core::AlertKind::data_loss);
    CHECK(f.alerts()[0].message.find(aside[0]) != std::string::npos);
  }
}

TEST_CASE("a backup that is damaged itself is passed over for an older one") {
  StoreFixture f;
  f.commit(agents(150));
  const auto good = take_backup(f.database(), f.backups(), "a", kNeverStop);
  REQUIRE(good);
  const auto bad = take_backup(f.database(), f.backups(), "b", kNeverStop);
  REQUIRE(bad);
  f.close();
  damage(f.database(), "truncated");
  damage(*bad, "pages overwritten");
  f.reopen();
  REQUIRE(f.notices().size() == 1);
  CHECK(f.notices()[0].find(*good) != std::string::npos);
  CHECK(f.store().list_agents({}, "", 500, 1000)->agents.size() == 150);
}

TEST_CASE("where nothing can be saved a new database is begun, and the user is told") {
  StoreFixture f;
  f.commit(agents(150));
  f.close();
  damage(f.database(), "garbage header");
  f.reopen();
  REQUIRE(f.notices().size() == 1);
  CHECK(f.notices()[0].find("there is no good backup") != std::string::npos);
  CHECK(f.notices()[0].find("150 updates are missing") != std::string::npos);
  CHECK(f.store().list_agents({}, "", 500, 1000)->agents.empty());
  CHECK(f.alerts().size() == 1);
  CHECK(set_aside(f.directory()).size() == 1);
}

TEST_CASE("a recovery that was interrupted is finished by the next start") {
  for (const bool old_one_is_there : {true, false}) {
    StoreFixture f;
    f.commit({core::AgentSaved{distinct_profile(1, "x")}});
    f.close();
    fs::rename(f.database(), f.database() + ".restoring-20260101T000000Z");
    if (old_one_is_there) {
      write_file(f.database(), "what was damaged");
      write_file(f.database() + "-wal", "its log");
    }
    write_file(f.database() + ".restoring-20260101T000000Z.part", "of no use");
    f.reopen();
    CHECK(f.store().list_agents({}, "", 10, 100)->agents.size() == 1);
    CHECK_FALSE(fs::exists(f.database() + ".restoring-20260101T000000Z"));
    CHECK_FALSE(fs::exists(f.database() + ".restoring-20260101T000000Z.part"));
    if (old_one_is_there) CHECK(read_file(f.database() + ".damaged-20260101T000000Z") == "what was damaged");
  }
}

TEST_CASE("a stale write-ahead log goes aside with its database") {
  StoreFixture f;
  f.commit(agents(150));
  f.reopen();  // now the log is empty and the database has everything
  f.commit({row(5000, 1, distinct_record(2), 1)});
  TemporaryDirectory copy;
  for (const char* suffix : {"", "-wal"})
    fs::copy_file(f.database() + suffix, database_path(copy.path()) + suffix);
  write_file(database_path(copy.path()), std::string(8192, 'x'));
  const auto opened = open_store(copy.path());
  REQUIRE(opened);
  CHECK(opened->notices.size() == 1);
  CHECK(opened->store->list_agents({}, "", 500, 1000)->agents.empty());
  const auto aside = set_aside(copy.path());
  CHECK(std::any_of(aside.begin(), aside.end(), [](const auto& path) { return path.ends_with("-wal"); }));
  CHECK(std::any_of(aside.begin(), aside.end(),
                    [](const auto& path) { return !path.ends_with("-wal") && !path.ends_with("-shm"); }));
}

TEST_CASE("before a migration a backup is taken, and after it the data is there") {
  StoreFixture f;
  f.commit(agents(20));
  f.close();
  const auto newer =
      migrations_and({"CREATE TABLE extra(x INTEGER) STRICT;", "INSERT INTO extra VALUES(7);"});
  {
    const auto opened = open_store(f.directory(), newer);
    REQUIRE(opened);
    CHECK(opened->store->list_agents({}, "", 100, 1000)->agents.size() == 20);
  }
  CHECK(f.number("PRAGMA user_version") == kNewest + 2);
  CHECK(f.number("SELECT x FROM extra") == 7);
  const auto backups = list_backups(f.backups());
  REQUIRE(backups.size() == 2);  // one for each step
  CHECK(backups[0].find(fmt::format("before-schema-{}", kNewest + 2)) != std::string::npos);
  CHECK(backups[1].find(fmt::format("before-schema-{}", kNewest + 1)) != std::string::npos);
  SQLite::Database backup(backups[1], SQLite::OPEN_READWRITE);
  CHECK(backup.execAndGet("PRAGMA user_version").getInt() == kNewest);
  CHECK(backup.execAndGet("SELECT count(*) FROM agent").getInt() == 20);
  const auto downgrade = open_store(f.directory());
  REQUIRE_FALSE(downgrade);
  const auto reason = fmt::format("newer governor (schema {}, this one knows {})", kNewest + 2, kNewest);
  CHECK(downgrade.error().message.find(reason) != std::string::npos);
}

TEST_CASE("a migration that fails changes nothing and can be tried again") {
  StoreFixture f;
  f.commit(agents(20));
  f.close();
  const auto broken = migrations_and({"CREATE TABLE extra(x INTEGER) STRICT; NONSENSE;"});
  const auto failed = open_store(f.directory(), broken);
  REQUIRE_FALSE(failed);
  CHECK(f.number("PRAGMA user_version") == kNewest);
  CHECK(f.number("SELECT count(*) FROM sqlite_master WHERE name = 'extra'") == 0);
  CHECK(list_backups(f.backups()).size() == 1);
  f.reopen();
  CHECK(f.store().list_agents({}, "", 100, 1000)->agents.size() == 20);
}

TEST_CASE("a state directory that cannot be used is an error that names the database") {
  TemporaryDirectory directory;
  const auto failed = open_store(directory.file("missing"));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == core::ErrorCode::storage_unavailable);
  CHECK(failed.error().message.find(directory.file("missing")) == 0);
}
