// A store whose files are moved, removed, replaced or opened for reading only while it is used.
#include "daemon/store/reopening_store.hpp"

#include <filesystem>

#include "tests/daemon/store/every_change.hpp"
#include "tests/daemon/store/faulty_disk.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

namespace fs = std::filesystem;

class LostFilesFixture {
 public:
  LostFilesFixture() { open(); }

 protected:
  void open() {
    store_.reset();
    auto opened = open_store(state_directory());
    REQUIRE(opened);
    store_ = std::make_unique<ReopeningStore>(std::move(opened->store));
  }
  [[nodiscard]] std::string state_directory() {
    fs::create_directories(directory_.file("state"));
    return directory_.file("state");
  }
  [[nodiscard]] std::string database() { return database_path(state_directory()); }
  [[nodiscard]] std::string log() { return database() + "-wal"; }

  /// The error, or nothing when it was confirmed.
  std::string commit_next() {
    const auto failure = store_->commit(every_change(stored_ + 1));
    if (failure) {
      CHECK(failure->code == core::ErrorCode::storage_unavailable);
      CHECK_FALSE(failure->hint.empty());
      return failure->message;
    }
    ++stored_;
    return {};
  }
  [[nodiscard]] std::int64_t found() { return store_->load_seed()->keys.history; }

  TemporaryDirectory directory_;
  std::unique_ptr<ReopeningStore> store_;
  std::int64_t stored_ = 0;
};

/// What is at the path now would be found by the next start.
std::int64_t found_after_kill(const std::string& database) {
  TemporaryDirectory killed;
  for (const char* suffix : {"", "-wal"}) {
    if (fs::exists(database + suffix))
      fs::copy_file(database + suffix, database_path(killed.path()) + suffix);
  }
  SQLite::Database found(database_path(killed.path()), SQLite::OPEN_READWRITE);
  return found.execAndGet("SELECT max(key) FROM history").getInt64();
}

/// As if it had been written to some time after the last look.
void touch(const std::string& file) {
  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(2));
}

}  // namespace

TEST_CASE_METHOD(LostFilesFixture,
                 "while its directory is elsewhere nothing is confirmed, and all goes on when it is back") {
  CHECK(commit_next() == "");
  CHECK_FALSE(store_->find_lost_files());
  fs::rename(directory_.file("state"), directory_.file("moved"));
  CHECK(store_->find_lost_files());
  CHECK(commit_next().find("moved, removed or replaced") != std::string::npos);
  CHECK(commit_next() != "");
  CHECK(found() == 1);  // what was confirmed can be read
  fs::rename(directory_.file("moved"), directory_.file("state"));
  CHECK_FALSE(store_->find_lost_files());
  CHECK(commit_next() == "");
  CHECK(found() == 2);
  CHECK(found_after_kill(database()) == 2);
}

TEST_CASE_METHOD(LostFilesFixture,
                 "a database that was removed, or another one in its place, is not written to") {
  CHECK(commit_next() == "");
  const bool replaced = GENERATE(false, true);
  if (replaced) {
    fs::copy_file(database(), directory_.file("copy"));
    fs::rename(directory_.file("copy"), database());
  } else {
    fs::remove(database());
  }
  for (int i = 0; i < 3; ++i) {
    CHECK(commit_next().find(database()) != std::string::npos);
    CHECK(found() == 1);
  }
  CHECK(fs::exists(database()) == replaced);
}

TEST_CASE_METHOD(LostFilesFixture,
                 "into a database or a log that was cut off or overwritten nothing is confirmed") {
  for (int i = 0; i < 100; ++i) CHECK(commit_next() == "");
  open();  // what was in the log is in the database now
  for (int i = 0; i < 3; ++i) CHECK(commit_next() == "");
  CHECK_FALSE(store_->find_lost_files());  // as the daemon asks when nothing is written
  const std::string file = GENERATE("database", "log") == std::string("log") ? log() : database();
  const std::string content = test::read_file(file);
  const std::string half = content.substr(0, content.size() / 2);
  const std::string damaged =
      GENERATE_COPY(std::string(), half, half + std::string(content.size() - half.size(), 'Z'),
                    std::string(content.size(), '\0'));
  std::fstream(file, std::ios::binary | std::ios::in | std::ios::out) << damaged;
  fs::resize_file(file, damaged.size());
  touch(file);
  CAPTURE(file, damaged.size());
  CHECK(store_->find_lost_files());
  for (int i = 0; i < 2; ++i) CHECK(commit_next().find("cut off or overwrote") != std::string::npos);
  store_.reset();
  CHECK(test::read_file(file) == damaged);  // left as it is, for the start to look at
}

TEST_CASE_METHOD(LostFilesFixture,
                 "a database that lies in its log alone may be cut off, and the next start loses nothing") {
  for (int i = 0; i < 3; ++i) CHECK(commit_next() == "");
  fs::resize_file(database(), 0);
  touch(database());
  CHECK(commit_next().find("cut off or overwrote") != std::string::npos);
  open();
  CHECK(found() == 3);
}

TEST_CASE_METHOD(LostFilesFixture,
                 "files that somebody touches, or rows that another program writes, are no damage") {
  for (int i = 0; i < 3; ++i) CHECK(commit_next() == "");
  touch(database());
  touch(log());
  CHECK_FALSE(store_->find_lost_files());
  CHECK(commit_next() == "");
  {
    SQLite::Database other(database(), SQLite::OPEN_READWRITE, 2000);
    other.exec("DELETE FROM setting WHERE name = 'nothing'; CREATE TABLE x(a); DROP TABLE x");
    other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  CHECK_FALSE(store_->find_lost_files());
  for (int i = 0; i < 3; ++i) CHECK(commit_next() == "");
  CHECK(found_after_kill(database()) == 7);
}

TEST_CASE_METHOD(LostFilesFixture,
                 "a write-ahead log that was removed is begun anew, and nothing confirmed is lost") {
  for (int i = 0; i < 5; ++i) CHECK(commit_next() == "");
  fs::remove(log());
  CHECK(store_->find_lost_files());
  CHECK(commit_next().find("write-ahead log") != std::string::npos);
  CHECK(commit_next() == "");  // by itself
  CHECK_FALSE(store_->find_lost_files());
  CHECK(found() == 6);
  CHECK(found_after_kill(database()) == 6);
  CHECK(commit_next() == "");
  open();
  CHECK(found() == 7);
}

TEST_CASE_METHOD(LostFilesFixture,
                 "another write-ahead log in the place of the own one is left alone until it is gone") {
  for (int i = 0; i < 5; ++i) CHECK(commit_next() == "");
  fs::remove(log());
  write_file(log(), "of somebody else");
  CHECK(commit_next().find("Another file") != std::string::npos);
  CHECK(commit_next() != "");
  CHECK(read_file(log()) == "of somebody else");
  CHECK(found() == 5);
  fs::remove(log());
  commit_next();
  CHECK(commit_next() == "");
  CHECK(found_after_kill(database()) == stored_);
}

TEST_CASE("a database that can be written again is written again without a restart") {
  FaultyDisk disk;
  TemporaryDirectory directory;
  {
    auto made = open_store(directory.path());
    REQUIRE(made);
    CHECK_FALSE(made->store->commit(every_change(1)));
  }
  disk.set_read_only(true);
  auto database = std::make_unique<SQLite::Database>(database_path(directory.path()), SQLite::OPEN_READWRITE);
  configure_connection(*database);
  ReopeningStore store(std::make_unique<SqliteStore>(std::move(database)));
  for (int i = 0; i < 3; ++i) {
    const auto failure = store.commit(every_change(2));
    REQUIRE(failure);
    CHECK(failure->message.find("readonly") != std::string::npos);
    const auto seed = store.load_seed();
    REQUIRE(seed);
    CHECK(seed->keys.history == 1);
  }
  disk.set_read_only(false);
  CHECK_FALSE(store.commit(every_change(2)));
  CHECK(store.load_seed()->keys.history == 2);
}

TEST_CASE("what a commit could not sync does not come back with a new connection") {
  FaultyDisk disk;
  TemporaryDirectory directory;
  auto opened = open_store(directory.path());
  REQUIRE(opened);
  ReopeningStore store(std::move(opened->store));
  CHECK_FALSE(store.commit(every_change(1)));
  std::size_t failures = 0;
  std::int64_t stored = 1;
  for (std::size_t call = 0; call < 1000; ++call) {
    disk.fail(call, FaultyDisk::Moment::after, FaultyDisk::Lasting::once);
    const auto failure = store.commit(every_change(stored + 1));
    disk.heal();
    INFO("call " << call << ", " << disk.failed_call());
    if (failure) ++failures;
    if (!failure) ++stored;
    REQUIRE(store.load_seed()->keys.history == stored);
    if (!disk.has_failed()) break;
  }
  CHECK(failures > 3);
}

TEST_CASE_METHOD(LostFilesFixture,
                 "what the write-ahead log took while somebody read for long is given back") {
  const std::string text(200'000, 'x');
  {
    SQLite::Database reader(database(), SQLite::OPEN_READONLY);
    reader.exec("BEGIN");
    reader.execAndGet("SELECT count(*) FROM agent");
    for (int i = 0; i < 100; ++i) {
      core::Changes changes = every_change(++stored_);
      changes.emplace_back(core::AnswerSaved{stored_, 3, {1, core::Answer::Kind::text, 0}, text});
      REQUIRE_FALSE(store_->commit(changes));
    }
    store_->shorten_log();  // in vain, and without waiting
    CHECK(fs::file_size(log()) > 12'000'000);
  }
  const bool idle = GENERATE(true, false);
  if (idle) {
    store_->shorten_log();
  } else {
    for (int i = 0; i < 3; ++i) CHECK(commit_next() == "");
  }
  CHECK(fs::file_size(log()) <= 8 << 20);
  CHECK(found_after_kill(database()) == stored_);
}
