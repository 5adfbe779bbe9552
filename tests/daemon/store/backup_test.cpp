#include "daemon/store/backup.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace fs = std::filesystem;

namespace {

const std::atomic<bool> kGoOn{false};

}  // namespace

TEST_CASE_METHOD(StoreFixture, "a backup holds what was committed, also what only the write-ahead log has") {
  commit({core::AgentSaved{distinct_profile(1, "x")}, row(1, 1, distinct_record(1))});
  const auto path = take_backup(database(), backups(), "daily", kGoOn);
  REQUIRE(path);
  CHECK_FALSE(find_damage(*path, 5000));
  SQLite::Database backup(*path, SQLite::OPEN_READWRITE);
  CHECK(backup.execAndGet("SELECT count(*) FROM history").getInt() == 1);
  CHECK(path->find("-daily.db") != std::string::npos);
}

TEST_CASE_METHOD(StoreFixture, "the newest seven backups are kept, however fast they are taken") {
  std::vector<std::string> taken;
  for (int i = 1; i <= 10; ++i) {
    commit({audit_entry(i)});
    const auto path = take_backup(database(), backups(), i % 2 == 0 ? "daily" : "before-schema-2", kGoOn);
    REQUIRE(path);
    REQUIRE(fs::exists(*path));
    taken.insert(taken.begin(), *path);
    REQUIRE(list_backups(backups()).front() == *path);
  }
  taken.resize(kBackupsKept);
  CHECK(list_backups(backups()) == taken);
}

TEST_CASE_METHOD(StoreFixture, "nobody else can read the backups") {
  REQUIRE(take_backup(database(), backups(), "daily", kGoOn));
  struct stat info {};
  REQUIRE(::stat(backups().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE_METHOD(StoreFixture, "a backup that is stopped leaves nothing behind") {
  const std::atomic<bool> stopped{true};
  const auto path = take_backup(database(), backups(), "daily", stopped);
  REQUIRE_FALSE(path);
  CHECK(path.error().message.find("stopped") != std::string::npos);
  CHECK(fs::is_empty(backups()));
}

TEST_CASE_METHOD(StoreFixture, "a backup that cannot be written is an error and leaves nothing behind") {
  write_file(backups(), "a file where the directory should be");
  const auto path = take_backup(database(), backups(), "daily", kGoOn);
  REQUIRE_FALSE(path);
  CHECK(path.error().code == core::ErrorCode::storage_unavailable);
  CHECK_FALSE(take_backup(directory() + "/missing.db", directory() + "/b", "daily", kGoOn));
  CHECK(fs::is_empty(directory() + "/b"));
}

TEST_CASE_METHOD(StoreFixture, "files that are no backups are neither listed nor removed") {
  fs::create_directories(backups());
  for (const char* name : {"/governor-x.db.partial", "/mine.db", "/governor-notes.txt"})
    write_file(backups() + name, "x");
  for (int i = 0; i < 9; ++i) REQUIRE(take_backup(database(), backups(), "daily", kGoOn));
  CHECK(list_backups(backups()).size() == kBackupsKept);
  CHECK(fs::exists(backups() + "/mine.db"));
  CHECK(fs::exists(backups() + "/governor-notes.txt"));
  CHECK(list_backups(directory() + "/missing").empty());
}

TEST_CASE_METHOD(StoreFixture,
                 "a backup is of the moment in which it began, however much the daemon writes meanwhile") {
  core::Changes changes;
  for (int i = 1; i <= 3000; ++i) {  // several of the steps in which a backup copies
    core::AgentProfile profile = distinct_profile(i, "agent-" + std::to_string(i));
    profile.notes = std::string(12000, 'n');
    changes.emplace_back(core::AgentSaved{profile});
  }
  commit(changes);
  std::atomic<bool> stop{false};
  std::atomic<bool> done{false};
  core::Result<std::string> path = core::Error();
  std::thread copier([&] {
    path = take_backup(database(), backups(), "daily", stop);
    done = true;
  });
  // Each commit touches two rows, which every single moment has alike.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::int64_t n = 1;
  for (; !done && std::chrono::steady_clock::now() < deadline; ++n) {
    core::AgentProfile first = distinct_profile(1, "agent-1");
    core::AgentProfile last = distinct_profile(3000, "agent-3000");
    first.created_us = last.created_us = n;
    commit({core::AgentSaved{first}, core::AgentSaved{last}});
  }
  stop = true;
  copier.join();
  REQUIRE(path);
  SQLite::Database backup(*path, SQLite::OPEN_READWRITE);
  CHECK(backup.execAndGet("SELECT count(*) FROM agent").getInt() == 3000);
  CHECK(backup.execAndGet("SELECT count(DISTINCT created_us) FROM agent WHERE key IN (1, 3000)").getInt() ==
        1);
  // A copy that begins anew with each commit would hold one of the last ones.
  const std::int64_t held = backup.execAndGet("SELECT created_us FROM agent WHERE key = 1").getInt64();
  INFO(n << " commits, the backup holds number " << held);
  CHECK((held == distinct_profile(1, "").created_us || held <= n / 2 + 5));
}

TEST_CASE_METHOD(StoreFixture, "a sound database has no damage") {
  CHECK_FALSE(find_damage(database(), 5000));
}
