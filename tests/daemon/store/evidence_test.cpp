// The table of evidence: every item comes back as it was, and an agent knows what it did before a restart.
#include "daemon/store/evidence_row.hpp"

#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "core/account.hpp"
#include "daemon/store/backup.hpp"
#include "daemon/store/progress_record.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/schema_check.hpp"
#include "tests/daemon/store/every_evidence.hpp"
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

TEST_CASE("every item of evidence survives its way through a row") {
  std::int64_t key = 0;
  for (const core::EvidenceItem& item : every_item()) {
    const core::Evidence evidence = evidence_with(++key, 3, item);
    const EvidenceRow row = row_of(evidence);
    const auto back = evidence_of(row);
    INFO(core::kind_of(item));
    REQUIRE(back);
    CHECK(core::kind_of(back->item) == core::kind_of(item));
    CHECK(chained_bytes(row_of(*back)) == chained_bytes(row));
    CHECK(back->source == evidence.source);
    CHECK(back->provenance == evidence.provenance);
    CHECK(back->turn == evidence.turn);
  }
  CHECK(static_cast<std::size_t>(key) >= std::variant_size_v<core::EvidenceItem>);
}

TEST_CASE("rows of damaged or unknown kinds bring nothing into memory that the program does not know") {
  EvidenceRow row = row_of(evidence_with(1, 1, core::ToolUsed{}));
  row.sort = 99;
  row.first = std::int64_t{1} << 40;
  const auto tool = evidence_of(row);
  REQUIRE(tool);
  CHECK(std::get<core::ToolUsed>(tool->item).tool_class == core::ToolClass::other);
  CHECK(std::get<core::ToolUsed>(tool->item).exit_code == 0);
  row.kind = 99;
  CHECK_FALSE(evidence_of(row));
}

TEST_CASE_METHOD(StoreFixture, "an agent that is loaded knows the evidence of its epoch") {
  core::AgentProfile profile = distinct_profile(1, "x");
  profile.epoch = 2;
  core::Changes changes{core::AgentSaved{profile}, core::AgentSaved{distinct_profile(2, "y")}};
  core::Evidence before = evidence_with(1, 1, core::TurnBegan{});
  before.turn = 7;
  before.source = 1;
  changes.emplace_back(core::EvidenceAppended{before});
  core::Evidence began = evidence_with(2, 1, core::TurnBegan{});
  began.epoch = 2;
  began.turn = 1;
  began.source = 2;
  changes.emplace_back(core::EvidenceAppended{began});
  changes.emplace_back(core::EvidenceAppended{evidence_with(3, 2, core::TurnBegan{})});
  commit(changes);
  reopen();
  const auto agent = store().load_agent("x");
  REQUIRE(agent);
  REQUIRE(*agent);
  CHECK((*agent)->behaviour.turn() == 1);
  CHECK((*agent)->behaviour.in_turn());
  CHECK((*agent)->behaviour.knows(2));
  CHECK_FALSE((*agent)->behaviour.knows(1));
  CHECK(store().load_seed()->keys.evidence == 3);
}

namespace {

/// An agent with evidence of every kind.
class EvidenceRows : public StoreFixture {
 public:
  static constexpr std::int64_t kCount = 30;

  EvidenceRows() {
    core::Changes changes{core::AgentSaved{distinct_profile(1, "x")}, audit_entry(1)};
    const auto items = every_item();
    for (std::int64_t key = 1; key <= kCount; ++key) {
      changes.emplace_back(
          core::EvidenceAppended{evidence_with(key, 1, items[static_cast<std::size_t>(key) % items.size()])});
    }
    commit(changes);
  }
  [[nodiscard]] std::int64_t count() const { return number("SELECT count(*) FROM evidence"); }
  [[nodiscard]] std::string told() {
    const auto all = alerts();
    REQUIRE(all.size() == 1);
    CHECK(all[0].kind == core::AlertKind::data_loss);
    return all[0].message;
  }
};

const std::atomic<bool> kGoesOn{false};

}  // namespace

TEST_CASE("evidence that somebody removed is missed once, and its keys are not used again") {
  for (const char* which : {"key > 27", "key BETWEEN 5 AND 7"}) {
    INFO(which);
    EvidenceRows f;
    f.close();
    f.execute(std::string("DELETE FROM evidence WHERE ") + which);
    f.reopen();
    CHECK(f.told().find("3 entries of what agents did are missing.") != std::string::npos);
    CHECK(f.store().load_seed()->keys.evidence == EvidenceRows::kCount);
    f.commit({core::EvidenceAppended{evidence_with(EvidenceRows::kCount + 1, 1, core::TurnBegan{})}});
    f.reopen();
    CHECK(f.notices().empty());
    CHECK(f.count() == EvidenceRows::kCount - 2);
  }
}

TEST_CASE("an older copy of the database lacks evidence, and the record beside it says so") {
  EvidenceRows f;
  const auto backup = take_backup(f.database(), f.backups(), "daily", kGoesOn);
  REQUIRE(backup);
  f.commit({core::EvidenceAppended{evidence_with(EvidenceRows::kCount + 1, 1, core::TurnBegan{})}});
  f.close();
  std::filesystem::remove(f.database() + "-wal");
  std::filesystem::copy_file(*backup, f.database(), std::filesystem::copy_options::overwrite_existing);
  f.reopen();
  CHECK(f.told().find("1 entry of what agents did is missing.") != std::string::npos);
  CHECK(f.store().load_seed()->keys.evidence == EvidenceRows::kCount + 1);
}

TEST_CASE("evidence that was changed is replaced from the backup when damage is looked for") {
  EvidenceRows f;
  REQUIRE(take_backup(f.database(), f.backups(), "daily", kGoesOn));
  f.close();
  f.execute("UPDATE evidence SET success = 1 WHERE key = 15");
  f.reopen();
  f.store().suspect_damage();
  f.reopen();
  CHECK(f.told().find("Nothing is missing") != std::string::npos);
  CHECK(f.number("SELECT success FROM evidence WHERE key = 15") == 0);
  CHECK(f.count() == EvidenceRows::kCount);
}

namespace {

ChainCheck checked(SqliteStore& store) {
  ChainCheck check;
  while (!check.done()) REQUIRE_FALSE(store.check_chains(check, 4));
  return check;
}

/// Everything before that entry goes as the configuration may say: by number.
EvidencePruneScan prune_to(StoreFixture& f, std::uint64_t keep, std::size_t slice = 1000) {
  EvidencePruneScan scan;
  scan.keep_entries = keep;
  scan.oldest_us = INT64_MIN;
  REQUIRE_FALSE(f.store().find_prunable_evidence(scan, slice));
  if (scan.last != 0) f.commit({core::EvidencePruned{scan.last}});
  return scan;
}

}  // namespace

TEST_CASE("old evidence is forgotten from its beginning, and what is left is still a chain") {
  EvidenceRows f;
  CHECK(prune_to(f, 100).last == 0);
  const EvidencePruneScan scan = prune_to(f, 10);
  CHECK(scan.last == 20);
  CHECK(scan.count == 20);
  CHECK(f.count() == 10);
  CHECK(checked(f.store()).problem_count == 0);
  f.reopen();
  CHECK(f.notices().empty());
  CHECK(checked(f.store()).problem_count == 0);
  f.commit({core::EvidenceAppended{evidence_with(EvidenceRows::kCount + 1, 1, core::TurnBegan{})}});
  f.store().suspect_damage();  // so that the next start looks at every row
  f.reopen();
  CHECK(f.notices().empty());
  CHECK(checked(f.store()).evidence.rows == 11);
  CHECK(f.store().load_seed()->keys.evidence == EvidenceRows::kCount + 1);
}

TEST_CASE("evidence is too old by its time, a slice at a time, up to all of it") {
  EvidenceRows f;
  EvidencePruneScan scan;
  scan.oldest_us = evidence_with(8, 1, core::TurnBegan{}).timestamp_us;
  REQUIRE_FALSE(f.store().find_prunable_evidence(scan, 5));
  CHECK(scan.last == 5);
  CHECK(scan.more);
  f.commit({core::EvidencePruned{scan.last}});
  REQUIRE_FALSE(f.store().find_prunable_evidence(scan, 5));
  CHECK(scan.last == 7);
  CHECK_FALSE(scan.more);
  f.commit({core::EvidencePruned{scan.last}});
  scan.oldest_us = INT64_MAX;
  REQUIRE_FALSE(f.store().find_prunable_evidence(scan, 100));
  f.commit({core::EvidencePruned{scan.last}});
  CHECK(f.count() == 0);
  CHECK(checked(f.store()).problem_count == 0);
  f.reopen();
  CHECK(f.notices().empty());
  f.commit({core::EvidenceAppended{evidence_with(EvidenceRows::kCount + 1, 1, core::TurnBegan{})}});
  CHECK(checked(f.store()).problem_count == 0);
  CHECK(checked(f.store()).evidence.rows == 1);
}

TEST_CASE("what others take from the beginning of the evidence is missed, also after it was pruned") {
  EvidenceRows f;
  prune_to(f, 20);
  f.close();
  f.execute("DELETE FROM evidence WHERE key <= 12");
  f.reopen();
  CHECK(f.told().find("2 entries of what agents did are missing.") != std::string::npos);
}

TEST_CASE("pruning that is not committed has not happened") {
  EvidenceRows f;
  CHECK(f.store().commit({{core::EvidencePruned{20}, core::EvidenceAppended{evidence_with(3, 1, {})},
                           core::EvidenceAppended{evidence_with(25, 1, {})}}}));
  CHECK(f.count() == EvidenceRows::kCount);
  CHECK(checked(f.store()).problem_count == 0);
  CHECK(prune_to(f, 10).count == 20);
  CHECK(checked(f.store()).problem_count == 0);
}

TEST_CASE("what was forgotten does not come back from a backup") {
  EvidenceRows f;
  REQUIRE(take_backup(f.database(), f.backups(), "daily", kGoesOn));
  prune_to(f, 10);
  f.close();
  f.execute("UPDATE evidence SET success = 1 WHERE key = 24");
  f.reopen();
  f.store().suspect_damage();
  f.reopen();
  CHECK(f.told().find("Nothing is missing") != std::string::npos);
  CHECK(f.count() == 10);
  CHECK(checked(f.store()).problem_count == 0);
}

TEST_CASE("a database of before there was evidence gets its table, and what it holds stays") {
  const TemporaryDirectory directory;
  constexpr std::size_t kBefore = 9;
  {
    SQLite::Database old(database_path(directory.path()), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (const char* migration : Migrations(kMigrations).first(kBefore)) old.exec(migration);
    old.exec("PRAGMA application_id = 1735815790; PRAGMA user_version = 9");
    old.exec("INSERT INTO setting VALUES('watch_roots', '[\"/p\"]')");
  }
  const auto opened = open_store(directory.path());
  REQUIRE(opened);
  CHECK(opened->notices.empty());
  CHECK(opened->store->load_seed()->watch_roots == std::vector<std::string>{"/p"});
  CHECK(list_backups(backup_directory(directory.path())).size() == kMigrations.size() - kBefore);
  const core::Changes changes{core::AgentSaved{distinct_profile(1, "x")},
                              core::EvidenceAppended{evidence_with(1, 1, core::TurnBegan{})}};
  REQUIRE_FALSE(opened->store->commit(changes));
  CHECK((*opened->store->load_evidence({"x", false, 0, 10}))->rows.size() == 1);
}

TEST_CASE("outcomes from before anything was learned from them teach as well") {
  const TemporaryDirectory directory;
  constexpr std::size_t kBefore = 10;
  {
    SQLite::Database old(database_path(directory.path()), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (const char* migration : Migrations(kMigrations).first(kBefore)) old.exec(migration);
    old.exec("PRAGMA application_id = 1735815790; PRAGMA user_version = 10");
    core::Account account;
    account.log_odds = -1.5;
    SQLite::Statement judged(
        old,
        "INSERT INTO evidence(key, agent, timestamp_us, epoch, turn, provenance, source, actor, kind, first, "
        "second, detail, hash) VALUES(1, 7, 1, 1, 1, 1, 0, 0, 10, 3, 182425, ?, zeroblob(16))");
    judged.bind(1, account.pack());
    judged.exec();
    old.exec("INSERT INTO outcome VALUES(30, 7, 3, NULL, 0, 2, '', 5, 0), (31, 7, 4, 1.0, 1, 2, '', 6, 0)");
  }
  const auto opened = open_store(directory.path());
  REQUIRE(opened);
  const auto seed = opened->store->load_seed();
  REQUIRE(seed);
  REQUIRE(seed->lessons.size() == 1);
  CHECK(seed->lessons[0].history == 30);
  CHECK(seed->lessons[0].timestamp_us == 5);
  CHECK(seed->lessons[0].log_odds == -1.5);
  CHECK(seed->lessons[0].failed);
}

TEST_CASE("how far a database had come is understood also as it was written before there was evidence") {
  const TemporaryDirectory directory;
  const std::string hash(32, 'a');
  std::string place = "governor-progress 1 7 1000 0 3 3 " + hash + " 5 6 " + hash + " 8 9 " + hash;
  std::string sum;
  for (const std::uint8_t byte : chain_hash({}, place)) sum += fmt::format("{:02x}", byte);
  place += ' ' + sum;
  place.resize(511, ' ');
  std::ofstream(progress_path(directory.path())) << place << '\n';
  const auto found = ProgressRecord::read(progress_path(directory.path()));
  REQUIRE(found.progress);
  CHECK(found.progress->commits.entries == 3);
  CHECK(found.progress->history.last == 6);
  CHECK(found.progress->audit.entries == 8);
  CHECK(found.progress->evidence.entries == 0);
  CHECK(found.written_us == 1000);
}
