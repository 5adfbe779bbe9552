// What becomes of a database that was emptied, removed, set back or damaged.
#include "daemon/store/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "daemon/store/backup.hpp"
#include "daemon/store/best_backup.hpp"
#include "daemon/store/removed_rows.hpp"
#include "daemon/store/row_counter.hpp"
#include "daemon/store/verify_database.hpp"
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

const std::atomic<bool> kBackupGoesOn{false};
constexpr std::size_t kPage = 4096;

/// A database in use: several agents, each with updates and audit entries.
class RecoveryFixture : public StoreFixture {
 public:
  /// Updates of the agents in turn, each with an entry in the audit log.
  void work(int updates, int agents = 5) {
    core::Changes changes;
    for (int i = 0; i < updates; ++i) {
      const core::AgentKey agent = 1 + next_++ % agents;
      auto& [head, number] = heads_[agent];
      if (number == 0)
        changes.emplace_back(core::AgentSaved{distinct_profile(agent, "agent-" + std::to_string(agent))});
      changes.emplace_back(row(++key_, agent, distinct_record(++number), head));
      head = key_;
      changes.emplace_back(audit_entry(++audit_));
    }
    commit(changes);
  }
  std::string backup(const std::string& label = "daily") {
    const auto path = take_backup(database(), backups(), label, kBackupGoesOn);
    REQUIRE(path);
    return *path;
  }
  [[nodiscard]] std::size_t updates_of(const std::string& agent) {
    const auto page = store().load_history(agent, 0, 1'000'000);
    REQUIRE(page);
    return *page ? (*page)->rows.size() : 0;
  }
  [[nodiscard]] std::size_t problems() {
    ChainCheck check;
    while (!check.done()) REQUIRE_FALSE(store().check_chains(check, 1000));
    for (const auto& problem : check.problems)
      UNSCOPED_INFO(problem.table << problem.entry << problem.problem);
    return check.problem_count;
  }
  /// What the only alert says; it must be one of lost data.
  [[nodiscard]] std::string told() {
    const auto all = alerts();
    REQUIRE(all.size() == 1);
    CHECK(all[0].kind == core::AlertKind::data_loss);
    CHECK(all[0].acknowledged_us == 0);
    return all[0].message;
  }
  [[nodiscard]] bool is_severe() { return alerts().at(0).severity == core::AlertSeverity::critical; }
  /// The newest key that any row had, so that the next one is above it.
  [[nodiscard]] core::HistoryKey newest_key() const { return key_; }

 private:
  int next_ = 0;
  core::HistoryKey key_ = 0;
  core::AuditKey audit_ = 0;
  std::map<core::AgentKey, std::pair<core::HistoryKey, std::uint64_t>> heads_;
};

/// Overwrites leaf pages of a table's own tree, `count` of them, evenly.
std::size_t ruin_leaves(const std::string& path, std::size_t count) {
  std::string bytes = read_file(path);
  std::vector<std::size_t> leaves;
  for (std::size_t page = 1; page < bytes.size() / kPage; ++page) {
    if (bytes[page * kPage] == 0x0D) leaves.push_back(page);  // a leaf of a table
  }
  REQUIRE(leaves.size() > 2 * count);
  std::size_t ruined = 0;
  for (std::size_t i = leaves.size() / 2; ruined < count; i += 1, ++ruined)
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(leaves[i % leaves.size()] * kPage), kPage,
                '\x5A');
  write_file(path, bytes);
  return ruined;
}

}  // namespace

TEST_CASE(
    "a database that was emptied or removed is no new one: the backup takes its place, and a person is "
    "told") {
  for (const bool removed : {false, true}) {
    for (const bool with_record : {true, false}) {
      INFO((removed ? "removed" : "emptied") << (with_record ? ", with record" : ", without record"));
      RecoveryFixture f;
      f.work(100);
      const std::string backup = f.backup();
      f.work(30);
      f.close();
      if (removed) {
        std::filesystem::remove(f.database());
      } else {
        write_file(f.database(), "");
      }
      if (!with_record) std::filesystem::remove(progress_path(f.directory()));
      f.reopen();
      CHECK(f.updates_of("agent-1") == 20);
      CHECK(f.told().find(backup) != std::string::npos);
      CHECK(f.is_severe());
      if (with_record) {
        CHECK(f.told().find("30 updates are missing") != std::string::npos);
        CHECK(f.store().load_seed()->keys.history == 130);  // no key is used twice
      } else {
        CHECK(f.told().find("The last stored position is unknown") != std::string::npos);
      }
      CHECK(f.completeness() == Completeness::lossy);
      CHECK(f.number("SELECT count(*) FROM audit WHERE event = 'database_recovered'") == 1);
      f.reopen();
      CHECK(f.notices().empty());
      CHECK(f.told().find(backup) != std::string::npos);  // a restart does not make it forgotten
      if (with_record) CHECK(f.completeness() == Completeness::complete);
    }
  }
}

TEST_CASE("a database that is gone without any backup is begun anew, but not in silence") {
  RecoveryFixture f;
  f.work(100);
  f.close();
  std::filesystem::remove(f.database());
  f.reopen();
  CHECK(f.told().find("100 updates are missing") != std::string::npos);
  CHECK(f.told().find("100 entries of the audit log are missing") != std::string::npos);
  CHECK(f.store().load_seed()->keys.history == 100);
}

TEST_CASE("an interrupted first start is no loss") {
  TemporaryDirectory directory;
  write_file(database_path(directory.path()), "");
  const auto opened = open_store(directory.path());
  REQUIRE(opened);
  CHECK(opened->notices.empty());
  CHECK(opened->store->list_alerts({}, 0, 10)->alerts.empty());
}

TEST_CASE("a write-ahead log that was removed is told, with what was in it") {
  RecoveryFixture f;
  f.work(100);
  f.reopen();
  f.work(30);
  TemporaryDirectory copy;  // as kill -9 leaves it, and then somebody removes the log
  std::filesystem::copy_file(f.database(), database_path(copy.path()));
  std::filesystem::copy_file(progress_path(f.directory()), progress_path(copy.path()));
  const auto opened = open_store(copy.path());
  REQUIRE(opened);
  CHECK(opened->completeness == Completeness::lossy);
  const auto alerts = opened->store->list_alerts({}, 0, 10)->alerts;
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].message.find("its write-ahead log was removed") != std::string::npos);
  CHECK(alerts[0].message.find("30 updates are missing") != std::string::npos);
  CHECK(opened->store->load_seed()->keys.history == 130);
  CHECK((*opened->store->load_history("agent-1", 0, 100))->rows.size() == 20);
}

TEST_CASE("the log of a database so young that all of it is there is missed as well") {
  RecoveryFixture f;
  f.work(30);
  TemporaryDirectory copy;
  std::filesystem::copy_file(f.database(), database_path(copy.path()));
  std::filesystem::copy_file(progress_path(f.directory()), progress_path(copy.path()));
  SECTION("removed") {}
  SECTION("damaged where it begins") {
    std::string log = read_file(f.database() + "-wal");
    log[0] = static_cast<char>(log[0] ^ 1);
    std::ofstream(database_path(copy.path()) + "-wal", std::ios::binary) << log;
  }
  const auto opened = open_store(copy.path());
  REQUIRE(opened);
  CHECK(opened->completeness == Completeness::lossy);
  const auto alerts = opened->store->list_alerts({}, 0, 10)->alerts;
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].message.find("30 updates are missing") != std::string::npos);
  CHECK(opened->store->load_seed()->keys.history == 30);
}

TEST_CASE(
    "a database that was emptied while its log has all of it, or much of it, is put together from that") {
  RecoveryFixture f;
  const bool young = GENERATE(true, false);
  f.work(100);
  if (!young) {
    f.backup();
    f.reopen();
  }
  f.work(30);
  TemporaryDirectory copy;  // as kill -9 leaves it, and then somebody empties the database
  write_file(database_path(copy.path()), "");
  std::filesystem::copy_file(f.database() + "-wal", database_path(copy.path()) + "-wal");
  std::filesystem::copy_file(progress_path(f.directory()), progress_path(copy.path()));
  if (!young) std::filesystem::copy(f.backups(), backup_directory(copy.path()));
  const auto opened = open_store(copy.path());
  REQUIRE(opened);
  const auto alerts = opened->store->list_alerts({}, 0, 10)->alerts;
  REQUIRE(alerts.size() == 1);
  CAPTURE(alerts[0].message);
  CHECK(alerts[0].message.find("Nothing could be read") == std::string::npos);
  CHECK(opened->store->load_seed()->keys.history == 130);
  CHECK((*opened->store->load_history("agent-1", 0, 100))->rows.size() >= (young ? 26U : 20U));
}

TEST_CASE("a kill loses nothing, and the record says so") {
  RecoveryFixture f;
  f.work(100);
  f.work(30);
  TemporaryDirectory copy;
  for (const char* suffix : {"", "-wal"})
    std::filesystem::copy_file(f.database() + suffix, database_path(copy.path()) + suffix);
  std::filesystem::copy_file(progress_path(f.directory()), progress_path(copy.path()));
  const auto opened = open_store(copy.path());
  REQUIRE(opened);
  CHECK(opened->completeness == Completeness::complete);
  CHECK(opened->notices.empty());
}

TEST_CASE("a record that is damaged, or half written, claims nothing") {
  RecoveryFixture f;
  f.work(100);
  f.close();
  std::string record = read_file(progress_path(f.directory()));
  for (const auto& [at, what] : {std::pair<std::size_t, const char*>{600, "x"}, {100, "x"}}) {
    record[at] = what[0];
    write_file(progress_path(f.directory()), record);
    f.reopen();
    CHECK(f.notices().empty());
    f.close();
    record = read_file(progress_path(f.directory()));
  }
  write_file(progress_path(f.directory()), "nonsense");
  f.reopen();
  CHECK(f.completeness() == Completeness::unknown);
  CHECK(f.notices().empty());
}

TEST_CASE("an older copy that somebody put in the place of the database is told") {
  RecoveryFixture f;
  f.work(100);
  const std::string backup = f.backup();
  f.work(30);
  f.close();
  std::filesystem::copy_file(backup, f.database(), std::filesystem::copy_options::overwrite_existing);
  f.reopen();
  CHECK(f.told().find("30 updates are missing") != std::string::npos);
  CHECK(f.updates_of("agent-1") == 20);
}

TEST_CASE("of a database that was set back the backup that has come further is used") {
  RecoveryFixture f;
  f.work(50);
  f.close();
  const std::string early = read_file(f.database());
  f.reopen();
  f.work(50);
  const std::string backup = f.backup();
  f.work(30);
  f.close();
  write_file(f.database(), early);
  f.reopen();
  CHECK(f.updates_of("agent-1") == 20);
  CHECK(f.told().find("30 updates are missing") != std::string::npos);
}

TEST_CASE("the database of another history is told, and taken as it is") {
  RecoveryFixture f;
  f.work(100);
  f.close();
  RecoveryFixture other;
  other.work(40, 3);
  other.work(100, 3);
  other.close();
  std::filesystem::copy_file(other.database(), f.database(),
                             std::filesystem::copy_options::overwrite_existing);
  f.reopen();
  CHECK(f.told().find("it is another one than was used here last") != std::string::npos);
  CHECK(f.updates_of("agent-1") == 47);
  CHECK(f.store().load_seed()->keys.history == 140);
}

TEST_CASE("bad pages cost what is in them and no more, and whose it was is told") {
  RecoveryFixture f;
  for (int i = 0; i < 20; ++i) f.work(500, 7);
  f.close();
  REQUIRE(ruin_leaves(f.database(), 12) == 12);
  f.reopen();
  const auto there = static_cast<std::size_t>(f.number("SELECT count(*) FROM history"));
  CHECK(there > 9500);
  CHECK(there < 10000);
  const std::string told = f.told();
  CHECK(told.find(fmt::format("{} updates are there", there).substr(0, 6)) != std::string::npos);
  CHECK(told.find("missing") != std::string::npos);
  CHECK(told.find(" of agent-") != std::string::npos);
  CHECK(told.find("sqlite3 -readonly") != std::string::npos);
  // What remains is read around the holes, and goes on.
  std::size_t read = 0;
  for (int agent = 1; agent <= 7; ++agent) read += f.updates_of("agent-" + std::to_string(agent));
  CHECK(read == there);
  const auto agent = f.store().load_agent("agent-1");
  REQUIRE(agent);
  REQUIRE(*agent);
  f.commit({row(20000, 1, distinct_record((*agent)->total + 1), (*agent)->head)});
  CHECK(f.updates_of("agent-1") > 0);
  f.reopen();
  CHECK(f.notices().empty());
}

TEST_CASE("what bad pages took is filled from the backup as far as that has it") {
  RecoveryFixture f;
  for (int i = 0; i < 20; ++i) f.work(500, 7);
  f.backup();
  f.work(100, 7);
  f.close();
  ruin_leaves(f.database(), 12);
  f.reopen();
  CHECK(f.number("SELECT count(*) FROM history") == 10100);
  CHECK(f.problems() == 0);
  CHECK_FALSE(f.is_severe());
  CHECK(f.told().find("Nothing is missing") != std::string::npos);
}

TEST_CASE("a row that was changed without SQLite noticing is found when damage is looked for, and replaced") {
  RecoveryFixture f;
  f.work(100);
  f.backup();
  f.work(10);
  f.close();
  f.execute("UPDATE history SET risk = 0.999 WHERE key = 50; DELETE FROM history WHERE key = 60");
  f.reopen();
  f.store().suspect_damage();
  f.reopen();
  CHECK(f.number("SELECT count(*) FROM history") == 110);
  CHECK(f.problems() == 0);
  CHECK(f.told().find("Nothing is missing") != std::string::npos);
}

TEST_CASE("rows that do not fit their seals are told when the database is put together anew") {
  RecoveryFixture f;
  f.work(100);
  f.close();
  f.execute("UPDATE agent SET owner = 77 WHERE key = 2; DELETE FROM agent WHERE key = 3; DROP TABLE task");
  f.reopen();
  CHECK(f.told().find("1 row of the table agent is missing") != std::string::npos);
  CHECK(f.told().find("1 row of the table agent is older than it was, or changed") != std::string::npos);
  CHECK(f.told().find("1 agent with updates is no longer registered") != std::string::npos);
  CHECK(f.problems() == 0);
}

TEST_CASE("damage that SQLite does not call damage stops no start") {
  for (const char* how :
       {"DROP TABLE history", "DROP TABLE agent", "ALTER TABLE agent RENAME COLUMN purpose TO aim",
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'risk', 'rixk') WHERE name "
        "= "
        "'history'"}) {
    INFO(how);
    RecoveryFixture f;
    f.work(100);
    const std::string backup = f.backup();
    f.work(10);
    f.close();
    f.execute(how);
    f.reopen();
    CHECK(f.updates_of("agent-1") >= 20);
    CHECK(f.told().find(backup) != std::string::npos);
    f.commit({row(500, 1, distinct_record(30), 1)});
  }
}

TEST_CASE("marks that were lost are put right; nothing is missing") {
  for (const char* how : {"PRAGMA user_version = 0", "PRAGMA user_version = 2", "PRAGMA application_id = 0",
                          "PRAGMA user_version = 0; PRAGMA application_id = 0"}) {
    INFO(how);
    RecoveryFixture f;
    f.work(100);
    f.close();
    f.execute(how);
    f.reopen();
    CHECK(f.updates_of("agent-1") == 20);
    CHECK(f.alerts().empty());
    CHECK(f.number("PRAGMA user_version") == static_cast<std::int64_t>(kMigrations.size()));
    CHECK(f.number("PRAGMA application_id") == 0x6776726e);
  }
}

TEST_CASE("a backup of nothing, of a newer governor, or of an emptied database is not the best one") {
  RecoveryFixture f;
  f.work(100);
  const std::string good = f.backup();
  const std::string newer = f.backup();
  {
    SQLite::Database database(newer, SQLite::OPEN_READWRITE);
    database.exec("PRAGMA user_version = 9999");
  }
  const std::string empty = f.backup();
  write_file(empty, "");
  {
    StoreFixture fresh;
    std::filesystem::copy_file(fresh.database(), f.backups() + "/governor-29990101T000000.000000Z-daily.db");
  }
  f.close();
  write_file(f.database(), "");
  f.reopen();
  CHECK(f.updates_of("agent-1") == 20);
  CHECK(f.told().find(good) != std::string::npos);
}

TEST_CASE("a backup of an older schema fills holes too") {
  RecoveryFixture f;
  f.work(2000);
  f.backup();
  f.close();
  std::vector<const char*> newer(kMigrations.begin(), kMigrations.end());
  newer.push_back("ALTER TABLE alert ADD COLUMN more TEXT NOT NULL DEFAULT ''");
  { REQUIRE(open_store(f.directory(), newer)); }
  for (const std::string& backup : list_backups(f.backups())) {
    if (backup.find("before-schema") != std::string::npos) std::filesystem::remove(backup);
  }
  ruin_leaves(f.database(), 5);
  const auto opened = open_store(f.directory(), newer);
  REQUIRE(opened);
  CHECK(opened->notices.size() == 1);
  CHECK((*opened->store->load_history("agent-1", 0, 1000))->rows.size() == 400);
}

TEST_CASE("a damaged database is not copied over good backups") {
  RecoveryFixture f;
  for (int i = 0; i < 10; ++i) f.work(500, 7);
  f.backup();
  f.close();
  ruin_leaves(f.database(), 5);
  const auto refused = take_backup(f.database(), f.backups(), "daily", kBackupGoesOn);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint.find("governorctl restart") != std::string::npos);
  CHECK(list_backups(f.backups()).size() == 1);
}

namespace {

/// What a kill leaves, in a directory of its own.
class KilledCopy {
 public:
  explicit KilledCopy(const RecoveryFixture& f) {
    for (const char* suffix : {"", "-wal"})
      std::filesystem::copy_file(f.database() + suffix, path() + suffix);
    std::filesystem::copy_file(progress_path(f.directory()), progress_path(directory_.path()));
  }
  [[nodiscard]] std::string path() const { return database_path(directory_.path()); }
  void execute(const std::string& statement) const {
    SQLite::Database(path(), SQLite::OPEN_READWRITE, 2000).exec(statement);
  }
  [[nodiscard]] std::unique_ptr<SqliteStore> open() const {
    auto opened = open_store(directory_.path());
    REQUIRE(opened);
    return std::move(opened->store);
  }

 private:
  TemporaryDirectory directory_;
};

std::uint64_t updates_counted(SqliteStore& store, const std::string& id) {
  const auto agent = store.load_agent(id);
  REQUIRE(agent);
  REQUIRE(*agent);
  return (*agent)->total;
}

}  // namespace

TEST_CASE(
    "rows of the history that somebody removed are missed at the next start, and no number comes again") {
  for (const char* how :
       {"DELETE FROM history WHERE key > 90", "DELETE FROM history WHERE key BETWEEN 20 AND 30",
        "DELETE FROM history WHERE agent = 2", "DELETE FROM history", "DELETE FROM audit WHERE key > 90"}) {
    const bool of_audit = std::string(how).find("audit") != std::string::npos;
    INFO(how);
    RecoveryFixture f;
    f.work(100);
    SECTION(std::string("after a clean stop: ") + how) {
      f.close();
      f.execute(how);
      f.reopen();
      CHECK(f.told().find("were removed or added by others") != std::string::npos);
      CHECK(f.told().find(of_audit ? "entries of the audit log are missing" : "updates are missing") !=
            std::string::npos);
      CHECK(f.is_severe());
      CHECK(f.store().load_seed()->keys.history == 100);
      for (int agent = 1; agent <= 5; ++agent)
        CHECK(updates_counted(f.store(), "agent-" + std::to_string(agent)) == 20);
      f.reopen();
      CHECK(f.notices().empty());
      CHECK(f.told().find("missing") != std::string::npos);
    }
    SECTION(std::string("after a kill: ") + how) {
      const KilledCopy killed(f);
      killed.execute(how);
      auto store = killed.open();
      const auto alerts = store->list_alerts({}, 0, 10)->alerts;
      REQUIRE(alerts.size() == 1);
      CHECK(alerts[0].message.find("were removed or added by others") != std::string::npos);
      CHECK(store->load_seed()->keys.history == 100);
      for (int agent = 1; agent <= 5; ++agent)
        CHECK(updates_counted(*store, "agent-" + std::to_string(agent)) >= 20);
    }
  }
}

TEST_CASE("numbers that are lost stay used, also over another recovery") {
  RecoveryFixture f;
  f.work(100);
  f.close();
  f.execute("DELETE FROM history WHERE key > 50");
  f.reopen();
  const auto agent = *f.store().load_agent("agent-1");
  CHECK(agent->total == 20);
  CHECK(f.updates_of("agent-1") == 10);
  f.commit({row(101, 1, distinct_record(21), agent->head)});
  f.close();
  f.execute("DELETE FROM history WHERE key = 101; DROP TABLE task");
  f.reopen();
  CHECK(updates_counted(f.store(), "agent-1") == 21);
  CHECK(updates_counted(f.store(), "agent-2") >= 20);
}

TEST_CASE("rows that are removed while governor runs are mended by the restart that the hint names") {
  RecoveryFixture f;
  f.work(100);
  f.reopen();
  f.execute("DELETE FROM history WHERE key > 90");
  const auto failed = f.store().load_agent("agent-1");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().hint.find("governorctl restart") != std::string::npos);
  f.reopen();
  CHECK(updates_counted(f.store(), "agent-1") == 20);
  CHECK(f.told().find("updates are missing") != std::string::npos);
}

TEST_CASE("what a start has no time to count is counted beside everything else, and mended by the next one") {
  RecoveryFixture f;
  f.work(6000);
  f.reopen();
  {
    SQLite::Database database(f.database(), SQLite::OPEN_READONLY, 2000);
    CHECK_FALSE(count_rows(database, std::chrono::milliseconds(-1)).complete);
    CHECK(count_rows(database, std::chrono::minutes(5)).complete);
  }
  std::string told;
  const auto count = [&] {
    RowCounter counter(f.database(), [&](const std::string& what) { told = what; });
    counter.wait();
  };
  f.work(10);
  count();
  CHECK(told.empty());
  f.execute("DELETE FROM history WHERE key = 1500");
  count();
  CHECK(told == "The database is damaged: rows of the table history were removed or added by others.");
  f.store().note_damage(told);
  f.reopen();
  CHECK(f.told().find("1 update is missing") != std::string::npos);
}

TEST_CASE("agents and alerts that somebody removed come back from the backup, with their numbers") {
  RecoveryFixture f;
  f.work(100);
  core::Alert alert;
  alert.key = 1;
  alert.cause = "low_disk";
  f.commit({core::AlertSaved{alert, true}});
  f.backup();
  f.work(10);
  f.close();
  f.execute("DELETE FROM agent WHERE key IN (1, 5); DELETE FROM alert");
  f.reopen();
  for (const char* id : {"agent-1", "agent-5"}) {
    const auto agent = f.store().load_agent(id);
    REQUIRE(agent);
    REQUIRE(*agent);
    CHECK((*agent)->total == 22);
  }
  const auto alerts = f.alerts();
  REQUIRE(alerts.size() == 2);
  CHECK(alerts[0].message.find("Nothing is missing") != std::string::npos);
  CHECK(alerts[1].cause == "low_disk");
  CHECK(f.problems() == 0);
}

TEST_CASE("an agent, an alert or a lease that somebody removed is missed, and its key is not used again") {
  RecoveryFixture f;
  f.work(100);
  f.close();
  f.execute(
      "DELETE FROM history WHERE agent = 5; DELETE FROM agent WHERE key = 5; DELETE FROM agent_head WHERE "
      "agent = 5");
  f.reopen();
  CHECK(f.told().find("1 row of the table agent is missing") != std::string::npos);
  CHECK(f.store().load_seed()->keys.agent == 5);
  f.reopen();
  CHECK(f.notices().empty());
  CHECK(f.store().load_seed()->keys.agent == 5);
  f.close();
  f.execute("DELETE FROM alert");
  f.reopen();
  CHECK(f.told().find("1 row of the table alert is missing") != std::string::npos);
  CHECK(f.store().load_seed()->keys.alert == 2);
}

TEST_CASE("a backup that a person restores takes the place of a sound database, which is set aside") {
  RecoveryFixture f;
  f.work(100);
  const std::string backup = f.backup();
  f.work(30);
  f.close();
  const std::string said = restore(f.database(), progress_path(f.directory()), backup, kMigrations);
  CHECK(said.find("was restored from " + backup) != std::string::npos);
  f.reopen();
  CHECK(f.notices().empty());  // it is not set back again by what was remembered
  CHECK(f.updates_of("agent-1") == 20);
  CHECK(f.told() == said);
  CHECK(said.find("30 updates are missing") != std::string::npos);
  CHECK(f.store().load_seed()->keys.history == 130);      // no key is used twice
  CHECK(verify_database(f.database()).problems.empty());  // but for what is known to be missing
  std::size_t aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(f.directory())) {
    const std::string name = entry.path().filename().string();
    CHECK(name.find("restor") == std::string::npos);
    if (name.find(".damaged-") == std::string::npos) continue;
    ++aside;
    CHECK(verify_database(entry.path().string()).progress.history.entries == 130);
  }
  CHECK(aside == 1);
  CHECK(find_best_backup(f.backups(), kMigrations)->path == backup);
}

TEST_CASE("a backup of another governor can be restored, and one that is damaged changes nothing") {
  RecoveryFixture other;
  other.work(60, 3);
  const std::string from_elsewhere = other.backup();
  RecoveryFixture f;
  f.work(100);
  f.close();
  const std::string damaged = f.directory() + "/damaged.db";
  std::filesystem::copy_file(from_elsewhere, damaged);
  std::filesystem::resize_file(damaged, std::filesystem::file_size(damaged) / 2);
  CHECK_THROWS(restore(f.database(), progress_path(f.directory()), damaged, kMigrations));
  f.reopen();
  CHECK(f.updates_of("agent-1") == 20);
  CHECK(f.completeness() == Completeness::complete);
  CHECK(f.alerts().empty());
  f.close();
  restore(f.database(), progress_path(f.directory()), from_elsewhere, kMigrations);
  f.reopen();
  CHECK(f.updates_of("agent-1") == 20);
  CHECK(f.updates_of("agent-5") == 0);
  CHECK(verify_database(f.database()).problems.empty());  // but for what is known to be missing
}

TEST_CASE("a database is verified as it is, in use or not") {
  RecoveryFixture f;
  f.work(300);
  const auto in_use = verify_database(f.database());
  CHECK(in_use.problems.empty());
  CHECK(in_use.progress.history.entries == 300);
  CHECK(in_use.schema == kMigrations.size());
  const std::string backup = f.backup();
  CHECK(verify_database(backup).problems.empty());
  CHECK_FALSE(std::filesystem::exists(backup + "-wal"));
  CHECK_FALSE(std::filesystem::exists(backup + "-shm"));
  f.execute("DELETE FROM history WHERE key = 7");
  REQUIRE_FALSE(verify_database(f.database()).problems.empty());
  CHECK(verify_database(f.database()).problems[0] == "history: 1 rows are missing");
  CHECK(verify_database(f.directory() + "/none.db").problems.size() == 1);
  write_file(backup, "");
  CHECK(verify_database(backup).problems == std::vector<std::string>{backup + " is empty"});
}

TEST_CASE(
    "a restored backup of another governor that came further is not taken for a loss at the next start") {
  RecoveryFixture other;
  other.work(160, 4);
  const std::string from_elsewhere = other.backup();
  RecoveryFixture f;
  f.work(100);
  f.close();
  restore(f.database(), progress_path(f.directory()), from_elsewhere, kMigrations);
  f.reopen();
  CHECK(f.notices().empty());
  CHECK(f.updates_of("agent-1") == 40);
  CHECK(f.updates_of("agent-5") == 0);
}
