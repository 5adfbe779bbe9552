#include "daemon/store/sqlite_store.hpp"

#include <sqlite3.h>

#include <string>

#include "daemon/store/row_codec.hpp"
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using core::Changes;

namespace {

Changes agent_with_updates(core::AgentKey key, const std::string& id, std::uint64_t count,
                           core::HistoryKey first) {
  Changes changes;
  changes.emplace_back(core::AgentSaved{distinct_profile(key, id)});
  for (std::uint64_t n = 1; n <= count; ++n) {
    const core::HistoryKey row_key = first + static_cast<std::int64_t>(n) - 1;
    changes.emplace_back(row(row_key, key, distinct_record(n), n == 1 ? 0 : row_key - 1));
  }
  return changes;
}

}  // namespace

TEST_CASE_METHOD(StoreFixture, "an empty store has no agents, no sessions and counts from the beginning") {
  const auto seed = store().load_seed();
  REQUIRE(seed);
  CHECK(seed->sessions.empty());
  CHECK(seed->keys.agent == 0);
  CHECK(seed->keys.session == 0);
  CHECK(seed->keys.history == 0);
  CHECK(seed->keys.slot == 0);
  REQUIRE(store().load_agent("x"));
  CHECK_FALSE(*store().load_agent("x"));
  CHECK_FALSE(*store().load_history("x", 0, 10));
  CHECK_FALSE(*store().load_update(1));
  CHECK_FALSE(*store().load_agent_id(1));
  CHECK(store().list_agents({}, "", 10, 100)->agents.empty());
}

TEST_CASE_METHOD(
    StoreFixture,
    "what has changed since a mark is found by what was written since, if that is not too much") {
  commit(agent_with_updates(1, "one", 3, 1));
  commit(agent_with_updates(2, "two", 2, 4));
  const auto ids = [&](const ChangeMark& from, std::size_t limit = 10) {
    const auto changes = store().load_changed_agents(from, limit);
    REQUIRE(changes);
    std::string text = changes->more ? "more " : "";
    for (const AgentSummary& agent : changes->agents) {
      REQUIRE(agent.last);
      text += agent.profile.id + ':' + std::to_string(agent.total) + ' ';
    }
    return text;
  };
  const auto mark = store().load_changed_agents(std::nullopt, 10);
  REQUIRE(mark);
  CHECK(mark->agents.empty());
  CHECK(mark->mark.history == 5);
  CHECK(ids(mark->mark) == "");
  CHECK(ids({0, 0}) == "one:3 two:2 ");
  CHECK(ids({3, 0}) == "two:2 ");
  CHECK(ids({0, 0}, 1) == "more ");
  CHECK(ids({6, 0}) == "more ");  // a mark of another database
  commit({row(6, 1, distinct_record(4), 3)});
  CHECK(ids(mark->mark) == "one:4 ");
  reopen();
  CHECK(ids(mark->mark) == "one:4 ");
  commit(agent_with_updates(3, "many", 5'001, 7));
  CHECK(ids(mark->mark) == "more ");
  CHECK(ids({7, 0}) == "many:5001 ");
}

TEST_CASE_METHOD(StoreFixture, "every field of an agent's profile comes back") {
  core::AgentProfile profile = distinct_profile(5, "x");
  commit({core::AgentSaved{profile}});
  reopen();
  const auto loaded = store().load_agent("x");
  REQUIRE(loaded);
  REQUIRE(*loaded);
  require_same((*loaded)->profile, profile);
  CHECK_FALSE((*loaded)->last);
  CHECK((*loaded)->state.updates == 0);
  CHECK(**store().load_agent_id(5) == "x");
  profile.purpose = "another";
  profile.tags.clear();
  profile.shared = true;
  profile.owner = 0;
  commit({core::AgentSaved{profile}});  // replaces
  require_same((*store().load_agent("x"))->profile, profile);
  CHECK(number("SELECT count(*) FROM agent") == 1);
}

TEST_CASE_METHOD(StoreFixture, "every field of an update comes back, by its key and in the history") {
  commit(agent_with_updates(5, "x", 1, 77));
  reopen();
  const auto by_key = store().load_update(77);
  REQUIRE(by_key);
  REQUIRE(*by_key);
  CHECK((*by_key)->outcome.agent == 5);
  CHECK((*by_key)->outcome.agent_id == "x");
  require_same((*by_key)->outcome.record, distinct_record(1));
  const auto page = store().load_history("x", 0, 10);
  REQUIRE(page);
  REQUIRE(*page);
  REQUIRE((*page)->rows.size() == 1);
  require_same((*page)->rows[0], distinct_record(1));
}

TEST_CASE_METHOD(StoreFixture, "parameters come back bit for bit and go when there are none") {
  const std::vector<double> vector{0.1, -0.0, 1e308, 5e-324, -1e-300};
  commit({core::AgentSaved{distinct_profile(5, "x")}, row(1, 5, distinct_record(1), 0, vector)});
  const auto loaded = (*store().load_agent("x"))->state.previous_parameters;
  REQUIRE(loaded);
  REQUIRE(loaded->size() == vector.size());
  for (std::size_t i = 0; i < vector.size(); ++i) CHECK(same_bits((*loaded)[i], vector[i]));
  commit({row(2, 5, distinct_record(2), 1, {2.0})});
  CHECK((*store().load_agent("x"))->state.previous_parameters == std::vector<double>{2.0});
  commit({row(3, 5, distinct_record(3), 2)});
  CHECK_FALSE((*store().load_agent("x"))->state.previous_parameters);
}

TEST_CASE_METHOD(StoreFixture, "every field of a session comes back with its answers") {
  const core::Session session = distinct_session(3, "s");
  const core::Answer update{2, core::Answer::Kind::update, 77};
  const core::Answer registration{9, core::Answer::Kind::registration, 5};
  commit({core::SessionSaved{session}, core::AnswerSaved{3, 10, update},
          core::AnswerSaved{3, 12, registration}});
  reopen();
  const auto seed = store().load_seed();
  REQUIRE(seed);
  REQUIRE(seed->sessions.size() == 1);
  require_same(seed->sessions[0], session);
  const auto& answers = seed->sessions[0].answers;
  REQUIRE(answers.size() == 2);
  CHECK(answers.at(10).slot == 2);
  CHECK(answers.at(10).kind == core::Answer::Kind::update);
  CHECK(answers.at(10).target == 77);
  CHECK(answers.at(12).slot == 9);
  CHECK(answers.at(12).kind == core::Answer::Kind::registration);
  CHECK(answers.at(12).target == 5);
  CHECK(seed->keys.slot == 9);
}

TEST_CASE_METHOD(StoreFixture, "an answer in a reused slot replaces the one before") {
  commit({core::SessionSaved{distinct_session(3, "s")}, core::SessionSaved{distinct_session(4, "t")},
          core::AnswerSaved{3, 10, {1, core::Answer::Kind::update, 77}}});
  commit({core::AnswerSaved{4, 2, {1, core::Answer::Kind::update, 78}}});
  const auto seed = store().load_seed();
  REQUIRE(seed);
  CHECK(seed->sessions[0].answers.empty());
  CHECK(seed->sessions[1].answers.at(2).target == 78);
  CHECK(number("SELECT count(*) FROM answer") == 1);
}

TEST_CASE_METHOD(StoreFixture,
                 "answers of a session that has ended are ignored, and its key is never given again") {
  commit({core::SessionSaved{distinct_session(3, "s")}, core::SessionSaved{distinct_session(8, "t")},
          core::AnswerSaved{8, 10, {4, core::Answer::Kind::update, 77}}});
  commit({core::SessionEnded{8}});
  reopen();
  const auto seed = store().load_seed();
  REQUIRE(seed);
  REQUIRE(seed->sessions.size() == 1);
  CHECK(seed->sessions[0].answers.empty());
  CHECK(seed->keys.session == 8);
  CHECK(seed->keys.slot == 4);
  commit({core::SessionEnded{3}});
  reopen();
  CHECK(store().load_seed()->keys.session == 8);
}

TEST_CASE_METHOD(StoreFixture, "a session that began and ended in one commit still uses up its key") {
  commit({core::SessionSaved{distinct_session(3, "s")}, core::SessionEnded{3}});
  reopen();
  const auto seed = store().load_seed();
  CHECK(seed->sessions.empty());
  CHECK(seed->keys.session == 3);
}

TEST_CASE_METHOD(StoreFixture, "audit entries are kept in the order of their commits") {
  commit({audit_entry(1, "first"), audit_entry(2, "second")});
  CHECK(number("SELECT count(*) FROM audit") == 2);
  CHECK(number("SELECT timestamp_us FROM audit WHERE event = 'first' AND agent = 2 AND session = 3 "
               "AND client = 'client' AND pid = 77 AND detail = 'detail of 1'") == 1001);
  CHECK(number("SELECT key FROM audit WHERE event = 'second'") == 2);
  CHECK(store().load_seed()->keys.audit == 2);
}

TEST_CASE_METHOD(StoreFixture, "the highest keys are found again") {
  commit(agent_with_updates(5, "x", 3, 100));
  reopen();
  const auto seed = store().load_seed();
  REQUIRE(seed);
  CHECK(seed->keys.agent == 5);
  CHECK(seed->keys.history == 102);
}

TEST_CASE_METHOD(StoreFixture, "a commit is all or nothing, and the store works on after it failed") {
  commit(agent_with_updates(5, "x", 2, 1));
  Changes changes;
  changes.emplace_back(core::AgentSaved{distinct_profile(6, "y")});
  changes.emplace_back(core::SessionSaved{distinct_session(3, "s")});
  changes.emplace_back(audit_entry(1));
  changes.emplace_back(row(2, 5, distinct_record(3), 2));  // key 2 is there
  const auto failure = store().commit(changes);
  REQUIRE(failure);
  CHECK(failure->code == core::ErrorCode::storage_unavailable);
  CHECK_FALSE(failure->message.empty());
  CHECK_FALSE(failure->hint.empty());
  CHECK(number("SELECT count(*) FROM agent") == 1);
  CHECK(number("SELECT count(*) FROM session") == 0);
  CHECK(number("SELECT count(*) FROM audit") == 0);
  CHECK(number("SELECT count(*) FROM history") == 2);
  changes.pop_back();
  changes.emplace_back(row(3, 5, distinct_record(3), 2));
  commit(changes);
  CHECK(number("SELECT count(*) FROM history") == 3);
}

TEST_CASE_METHOD(StoreFixture, "a figure that is not known is stored and comes back as not a number") {
  core::UpdateRecord record = distinct_record(1);
  record.risk = std::numeric_limits<double>::quiet_NaN();
  record.verdict = core::Verdict::unknown;
  commit({core::AgentSaved{distinct_profile(5, "x")}, row(1, 5, record)});
  CHECK(number("SELECT count(*) FROM history WHERE risk IS NULL") == 1);
  const auto page = store().load_history("x", 0, 1);
  CHECK(std::isnan((*page)->rows.at(0).risk));
  CHECK((*page)->rows.at(0).verdict == core::Verdict::unknown);
  CHECK((*page)->rows.at(0).coherence == record.coherence);
}

TEST_CASE_METHOD(StoreFixture, "an empty commit succeeds") {
  commit({});
  CHECK(number("SELECT count(*) FROM history") == 0);
}

TEST_CASE_METHOD(StoreFixture, "a full disk is an error, and when there is room again no restart is needed") {
  commit(agent_with_updates(5, "x", 2, 1));
  close();
  auto own = std::make_unique<SQLite::Database>(database(), SQLite::OPEN_READWRITE);
  SQLite::Database& db = *own;
  configure_connection(db);
  SqliteStore limited(std::move(own));
  const std::int64_t pages = db.execAndGet("PRAGMA page_count").getInt64();
  db.execAndGet("PRAGMA max_page_count = " + std::to_string(pages));
  Changes big = agent_with_updates(6, "big", 2000, 1000);
  const auto failure = limited.commit(big);
  REQUIRE(failure);
  CHECK(failure->code == core::ErrorCode::storage_unavailable);
  CHECK(failure->message.find("full") != std::string::npos);
  CHECK_FALSE(*limited.load_agent("big"));
  CHECK((*limited.load_agent("x"))->state.updates == 2);
  db.execAndGet("PRAGMA max_page_count = 1000000");
  CHECK_FALSE(limited.commit(big));
  CHECK((*limited.load_agent("big"))->state.updates == 2000);
}

TEST_CASE_METHOD(StoreFixture, "reads that fail are errors, and succeed again afterwards") {
  commit(agent_with_updates(5, "x", 2, 1));
  execute("ALTER TABLE history RENAME TO elsewhere");
  CHECK_FALSE(store().load_agent("x"));
  CHECK_FALSE(store().load_history("x", 0, 10));
  CHECK_FALSE(store().load_update(1));
  CHECK_FALSE(store().load_seed());
  CHECK(store().load_agent("x").error().code == core::ErrorCode::storage_unavailable);
  CHECK(store().commit(agent_with_updates(6, "y", 1, 9)));
  execute("ALTER TABLE elsewhere RENAME TO history");
  CHECK((*store().load_agent("x"))->state.updates == 2);
  CHECK(store().load_seed());
  commit(agent_with_updates(6, "y", 1, 9));
}

TEST_CASE_METHOD(StoreFixture, "a reader that holds the database does not keep commits from happening") {
  commit(agent_with_updates(5, "x", 2, 1));
  SQLite::Database reader(database(), SQLite::OPEN_READONLY);
  SQLite::Statement open_read(reader, "SELECT number FROM history");
  REQUIRE(open_read.executeStep());
  commit({row(50, 5, distinct_record(3), 2)});
  CHECK(number("SELECT count(*) FROM history") == 3);
}

TEST_CASE_METHOD(StoreFixture, "history comes in pages, newest first, without gap or repeat") {
  commit(agent_with_updates(5, "x", 25, 1));
  commit(agent_with_updates(6, "other", 3, 100));
  std::uint64_t expected = 25;
  std::uint64_t before = 0;
  for (int pages = 0; expected > 0; ++pages) {
    REQUIRE(pages < 10);
    const auto page = store().load_history("x", before, 10);
    REQUIRE(page);
    REQUIRE(*page);
    CHECK((*page)->total == 25);
    CHECK((*page)->agent_id == "x");
    REQUIRE_FALSE((*page)->rows.empty());
    for (const auto& row : (*page)->rows) CHECK(row.number == expected--);
    before = (*page)->rows.back().number;
  }
  CHECK((*store().load_history("x", 1, 10))->rows.empty());
  CHECK((*store().load_history("x", 1000, 10))->rows.size() == 10);
}

TEST_CASE_METHOD(StoreFixture, "agents are listed by id in pages, with their newest update") {
  for (int i = 0; i < 12; ++i) {
    const std::string id = "agent-" + std::string(i < 10 ? "0" : "") + std::to_string(i);
    commit(agent_with_updates(100 - i, id, static_cast<std::uint64_t>(i), 1000 + 100 * i));
  }
  std::vector<std::string> seen;
  std::string after;
  for (bool more = true; more;) {
    const auto page = store().list_agents({}, after, 5, 1000);
    REQUIRE(page);
    REQUIRE_FALSE(page->agents.empty());
    for (const auto& agent : page->agents) {
      seen.push_back(agent.profile.id);
      const auto updates = static_cast<std::uint64_t>(100 - agent.profile.key);
      CHECK(agent.last.has_value() == (updates > 0));
      if (agent.last) CHECK(agent.last->number == updates);
    }
    more = page->more;
    after = page->agents.back().profile.id;
  }
  REQUIRE(seen.size() == 12);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK_FALSE(store().list_agents({}, "", 12, 1000)->more);
  CHECK(store().list_agents({}, "", 11, 1000)->more);
  CHECK(store().list_agents({}, "zzz", 5, 1000)->agents.empty());
}

TEST_CASE_METHOD(StoreFixture, "ids are listed by their beginning, without those of deleted agents") {
  core::Changes changes;
  core::AgentKey key = 0;
  for (const char* id : {"ad", "ada", "ada.2", "adb", "Ada", "z", "adz"}) {
    changes.emplace_back(core::AgentSaved{distinct_profile(++key, id)});
  }
  core::AgentProfile deleted = distinct_profile(++key, "ada.gone");
  deleted.status = core::Lifecycle::deleted;
  changes.emplace_back(core::AgentSaved{deleted});
  commit(changes);
  using Ids = std::vector<std::string>;
  CHECK(*store().list_agent_ids("ada", 10) == Ids{"ada", "ada.2"});
  CHECK(*store().list_agent_ids("ad", 10) == Ids{"ad", "ada", "ada.2", "adb", "adz"});
  CHECK(*store().list_agent_ids("ad", 2) == Ids{"ad", "ada"});
  CHECK(*store().list_agent_ids("", 10) == Ids{"Ada", "ad", "ada", "ada.2", "adb", "adz", "z"});
  CHECK(store().list_agent_ids("zz", 10)->empty());
}

TEST_CASE_METHOD(StoreFixture, "numbers of a damaged row that mean nothing are read without harm") {
  commit(agent_with_updates(5, "x", 1, 1));
  commit({core::SessionSaved{distinct_session(3, "s")},
          core::AnswerSaved{3, 10, {1, core::Answer::Kind::update, 1}, {}},
          core::AnswerSaved{3, 11, {2, core::Answer::Kind::update, 1}, {}},
          core::AnswerSaved{3, 12, {3, core::Answer::Kind::update, 1}, {}}});
  execute("UPDATE history SET verdict = 300, action = -5, health = 99, human_reasons = 1000, warnings = -1");
  execute("UPDATE agent SET tags = 'not json'");
  execute("UPDATE answer SET kind = 77, slot = -7 WHERE number = 10");
  execute("UPDATE answer SET slot = 1 << 60 WHERE number = 11");
  const auto loaded = store().load_agent("x");
  REQUIRE(loaded);
  REQUIRE(*loaded);
  CHECK_FALSE(to_string((*loaded)->last->verdict).empty());
  CHECK_FALSE(to_string((*loaded)->last->action).empty());
  CHECK((*loaded)->profile.tags.empty());
  auto seed = store().load_seed();
  REQUIRE(seed);
  CHECK(seed->keys.slot == 3);
  CHECK(seed->sessions[0].answers.size() == 1);
  const core::State state(core::Thresholds{}, *std::move(seed));
  CHECK(state.sessions().size() == 1);
}

TEST_CASE_METHOD(StoreFixture, "a blob cut in the middle of a number is read to its last whole one") {
  commit(agent_with_updates(5, "x", 1, 1));
  commit({row(2, 5, distinct_record(2), 1, {1.0, 2.0})});
  execute("UPDATE history SET parameters = substr(parameters, 1, 11) WHERE key = 2");
  CHECK((*store().load_agent("x"))->state.previous_parameters == std::vector<double>{1.0});
}

TEST_CASE("vectors of doubles survive their encoding") {
  for (const std::vector<double>& vector : {std::vector<double>{}, {1.5}, {-0.0, 1e-320, 3.0}}) {
    const std::string bytes = encode_doubles(vector);
    CHECK(bytes.size() == vector.size() * 8);
    CHECK(decode_doubles(bytes.data(), bytes.size()) == vector);
  }
  CHECK(encode_doubles({1.0}) == std::string("\0\0\0\0\0\0\xF0\x3F", 8));
}

TEST_CASE_METHOD(StoreFixture, "each commit is flushed to the disk before it returns") {
  SQLite::Database db(database(), SQLite::OPEN_READWRITE);
  configure_connection(db);
  CHECK(db.execAndGet("PRAGMA synchronous").getInt() == 2);
  CHECK(db.execAndGet("PRAGMA journal_mode").getString() == "wal");
  CHECK(db.execAndGet("PRAGMA fullfsync").getInt() == 1);
  CHECK(db.execAndGet("PRAGMA checkpoint_fullfsync").getInt() == 1);
}
