// The hash chains of history, audit log and evidence find what was changed behind the daemon's back.
#include "tests/daemon/store/every_evidence.hpp"
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

class ChainFixture : public StoreFixture {
 public:
  ChainFixture() {
    core::Changes changes{core::AgentSaved{distinct_profile(1, "x")}};
    for (int i = 1; i <= 30; ++i) {
      core::UpdateRecord record = distinct_record(static_cast<std::uint64_t>(i));
      if (i % 3 == 0) record.risk = std::numeric_limits<double>::quiet_NaN();
      changes.emplace_back(
          row(i, 1, record, i - 1, i % 4 == 0 ? std::vector<double>{0.5, -1.0} : std::vector<double>{}));
      changes.emplace_back(audit_entry(i));
      const auto items = every_item();
      changes.emplace_back(
          core::EvidenceAppended{evidence_with(i, 1, items[static_cast<std::size_t>(i) % items.size()])});
      if (i % 7 == 0) {
        commit(changes);
        changes.clear();
      }
    }
    commit(changes);
  }

  /// `slice` rows at a time; whatever that is, the findings are the same.
  ChainCheck check(std::size_t slice = 1000) {
    ChainCheck check;
    for (int rounds = 0; !check.done(); ++rounds) {
      REQUIRE(rounds < 100);
      const auto error = store().check_chains(check, slice);
      REQUIRE_FALSE(error);
    }
    return check;
  }

  /// What stands in the way of changing it is no protection, so the test goes past the daemon.
  std::vector<ChainCheck::Problem> after(const std::string& statement) {
    execute(statement);
    const ChainCheck whole = check();
    const ChainCheck sliced = check(4);
    CHECK(whole.problem_count == sliced.problem_count);
    CHECK(whole.problem_count == whole.problems.size());
    return whole.problems;
  }
};

}  // namespace

TEST_CASE_METHOD(ChainFixture, "sound chains have no problem, also after a restart") {
  CHECK(check().problems.empty());
  CHECK(check().audit.rows == 30);
  CHECK(check().history.rows == 30);
  CHECK(check().evidence.rows == 30);
  reopen();
  CHECK(check(7).problems.empty());
  commit({row(31, 1, distinct_record(31), 30), audit_entry(31)});
  CHECK(check().problems.empty());
}

TEST_CASE_METHOD(ChainFixture, "a changed entry is found, whatever column was changed") {
  for (const char* column : {"timestamp_us = timestamp_us + 1", "event = 'f'", "agent = 9", "session = 9",
                             "client = ''", "pid = 1", "detail = 'detail of 16'"}) {
    ChainFixture fresh;
    const auto problems = fresh.after(std::string("UPDATE audit SET ") + column + " WHERE key = 15");
    INFO(column);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].table == "audit");
    CHECK(problems[0].entry == 15);
  }
  for (const char* column : {"agent = 2",           "previous = 13",     "number = 99",
                             "epoch = 2",           "updates = 3",       "timestamp_us = 1",
                             "E = 0.10001",         "risk = NULL",       "risk = 0.61",
                             "confidence = 1",      "verdict = 0",       "action = 0",
                             "health = 1",          "human_reasons = 0", "void_active = 0",
                             "lambda1_skipped = 0", "warnings = 0",      "fingerprint = 1",
                             "actor = 1",           "parameters = NULL", "parameters = zeroblob(16)"}) {
    ChainFixture fresh;
    const auto problems = fresh.after(std::string("UPDATE history SET ") + column + " WHERE key = 16");
    INFO(column);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].table == "history");
    CHECK(problems[0].entry == 16);
  }
}

TEST_CASE("a changed row of evidence is found, whatever column was changed") {
  // Row 15 is a tool that was used, with everything that such a row may have.
  for (const char* column :
       {"agent = 2",        "timestamp_us = 1", "epoch = 2",       "turn = 4",         "provenance = 0",
        "source = 1",       "actor = 1",        "kind = 2",        "subject = 'Bush'", "subject = NULL",
        "program = 'make'", "sort = 2",         "success = 1",     "first = NULL",     "second = 1",
        "size = 1",         "fingerprint = 1",  "output_size = 1", "detail = NULL",    "detail = ''"}) {
    ChainFixture fresh;
    const auto problems = fresh.after(std::string("UPDATE evidence SET ") + column + " WHERE key = 15");
    INFO(column);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].table == "evidence");
    CHECK(problems[0].entry == 15);
  }
  ChainFixture removed;
  CHECK(removed.after("DELETE FROM evidence WHERE key = 15").at(0).entry == 15);
  ChainFixture end;
  CHECK(end.after("DELETE FROM evidence WHERE key >= 29").at(0).entry == 29);
  ChainFixture added;
  CHECK(
      added
          .after(
              "INSERT INTO evidence SELECT 31, agent, timestamp_us, epoch, turn, provenance, source, actor, "
              "kind, subject, program, sort, success, first, second, size, output_size, fingerprint, detail, "
              "hash "
              "FROM evidence WHERE key = 30")
          .at(0)
          .entry == 31);
}

TEST_CASE_METHOD(ChainFixture, "a changed hash is found where it stands or right after") {
  const auto problems = after("UPDATE audit SET hash = zeroblob(16) WHERE key = 15");
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].entry == 15);
  CHECK(problems[1].entry == 16);
}

TEST_CASE_METHOD(ChainFixture, "a removed entry is found: in the middle, at the beginning, at the end") {
  CHECK(after("DELETE FROM audit WHERE key = 15").at(0).entry == 15);
  ChainFixture beginning;
  CHECK(beginning.after("DELETE FROM history WHERE key <= 2").at(0).entry == 1);
  ChainFixture end;
  const auto problems = end.after("DELETE FROM audit WHERE key >= 29");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].entry == 29);
  ChainFixture all;
  CHECK(all.after("DELETE FROM audit").size() == 1);
}

TEST_CASE_METHOD(ChainFixture, "entries that changed places are found") {
  CHECK_FALSE(after("UPDATE audit SET key = 1000 WHERE key = 10; UPDATE audit SET key = 10 WHERE key = 11; "
                    "UPDATE audit SET key = 11 WHERE key = 1000")
                  .empty());
}

TEST_CASE_METHOD(ChainFixture, "an entry that was added behind the daemon's back is found") {
  const auto problems = after(
      "INSERT INTO audit SELECT 31, timestamp_us, event, agent, session, client, pid, detail, hash, done_by "
      "FROM "
      "audit "
      "WHERE key = 30");
  REQUIRE_FALSE(problems.empty());
  CHECK(problems[0].entry == 31);
}

TEST_CASE_METHOD(ChainFixture, "a commit that failed leaves the chains whole") {
  CHECK(store().commit(core::Changes{row(31, 1, distinct_record(31), 30), audit_entry(31), audit_entry(3)}));
  CHECK(check().problems.empty());
  commit({row(31, 1, distinct_record(31), 30), audit_entry(31)});
  CHECK(check().problems.empty());
}

namespace {

/// With rows in every table that is sealed.
class SealFixture : public ChainFixture {
 public:
  SealFixture() {
    for (int i = 2; i <= 6; ++i) {
      core::Alert alert;
      alert.key = i;
      alert.cause = "cause " + std::to_string(i);
      commit({core::AgentSaved{distinct_profile(i, "agent-" + std::to_string(i))},
              core::AlertSaved{alert, true}});
    }
    reopen();  // the index of newest rows is in its table now
  }
};

}  // namespace

TEST_CASE_METHOD(SealFixture, "rows of agents and alerts that were changed, removed or added are found") {
  CHECK(check().problems.empty());
  commit({core::AgentSaved{distinct_profile(3, "agent-3")}});
  CHECK(check(2).problems.empty());
  reopen();
  CHECK(check(2).problems.empty());
  struct Case {
    const char* statement;
    const char* table;
    std::int64_t row;
  };
  for (const Case& each :
       {Case{"UPDATE agent SET owner = 99 WHERE key = 4", "agent", 4},
        Case{"UPDATE agent SET token_hash = '' WHERE key = 4", "agent", 4},
        Case{"DELETE FROM agent WHERE key = 5", "agent", 5},
        Case{"UPDATE alert SET acknowledged_us = 1 WHERE key = 2", "alert", 2},
        Case{"DELETE FROM alert WHERE key = 2", "alert", 2},
        Case{"DELETE FROM alert WHERE key = 2; DELETE FROM row_seal WHERE table_name = 'alert' "
             "AND row = 2",
             "alert", 0}}) {
    INFO(each.statement);
    SealFixture fresh;
    const auto problems = fresh.after(each.statement);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].table == each.table);
    CHECK(problems[0].entry == each.row);
    fresh.reopen();
    // A changed row stays found. One that is gone is told by the next start, and found no more.
    const bool is_gone = std::string(each.statement).starts_with("DELETE");
    CHECK(fresh.check().problem_count == (is_gone ? 0 : 1));
    CHECK(fresh.notices().size() == (is_gone ? 1 : 0));
  }
}

TEST_CASE_METHOD(SealFixture,
                 "a table that a migration changes stays sealed, and what did not fit stays found") {
  execute("UPDATE agent SET owner = 99 WHERE key = 4");
  close();
  std::vector<const char*> newer(kMigrations.begin(), kMigrations.end());
  newer.push_back("ALTER TABLE agent ADD COLUMN more TEXT NOT NULL DEFAULT ''");
  const auto opened = open_store(directory(), newer);
  REQUIRE(opened);
  ChainCheck check;
  while (!check.done()) REQUIRE_FALSE(opened->store->check_chains(check, 3));
  REQUIRE(check.problem_count == 1);
  CHECK(check.problems[0].entry == 4);
}

TEST_CASE_METHOD(SealFixture, "an index of newest updates that was changed is found and not believed") {
  for (const char* how :
       {"DELETE FROM agent_head", "UPDATE agent_head SET number = 7", "UPDATE agent_head SET history = 7",
        "UPDATE agent_head SET history = 29, number = 29",
        "UPDATE setting SET value = '1000' WHERE name = 'heads'"}) {
    INFO(how);
    const bool of_table = std::string(how).find("setting") == std::string::npos;
    {
      SealFixture running;
      running.execute(how);
      if (of_table) {
        const auto problems = running.check().problems;
        REQUIRE(problems.size() == 1);
        CHECK(problems[0].table == "agent_head");
      }
      const auto agent = running.store().load_agent("x");
      REQUIRE(agent);
      REQUIRE(*agent);
      CHECK((*agent)->total == 30);
    }
    SealFixture stopped;
    stopped.close();
    stopped.execute(how);
    stopped.reopen();
    REQUIRE(stopped.notices().size() == 1);
    CHECK(stopped.notices()[0].find("made anew") != std::string::npos);
    CHECK(stopped.number("SELECT count(*) FROM audit WHERE event = 'index_rebuilt'") == 1);
    CHECK((*stopped.store().load_agent("x"))->total == 30);
    CHECK(stopped.check().problems.empty());
    stopped.reopen();
    CHECK(stopped.notices().empty());
  }
}
