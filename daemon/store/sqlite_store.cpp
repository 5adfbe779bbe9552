#include "daemon/store/sqlite_store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <exception>

#include "daemon/store/row_codec.hpp"

namespace governor::daemon {
namespace {

constexpr int kBusyTimeoutMs = 2000;
/// More than all sessions together can use. A slot beyond it comes from a damaged row, and the state keeps a
/// list of the free ones up to the highest.
constexpr std::int64_t kHighestSlot = 1 << 24;

core::Error storage_error(const std::exception& failure) {
  return {core::ErrorCode::storage_unavailable,
          fmt::format("The database cannot be used: {}.", failure.what()),
          "Check free space and the state directory's disk; governor keeps trying and needs no restart."};
}

/// Runs `body`, turning what it throws into an error value: what SQLite throws, and a lack of memory, which a
/// damaged row can feign. Nothing may leave the store thread.
template <class Body>
auto guarded(Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& failure) {
    return storage_error(failure);
  }
}

/// Leaves the statement ready for its next use, also when its use ends with an exception.
class StatementUse {
 public:
  explicit StatementUse(SQLite::Statement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.tryReset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  SQLite::Statement& statement_;
};

void run(SQLite::Statement& statement) {
  const StatementUse use(statement);
  statement.exec();
}

}  // namespace

void configure_connection(SQLite::Database& database) {
  database.setBusyTimeout(kBusyTimeoutMs);
  database.exec("PRAGMA journal_mode=WAL");
  database.exec("PRAGMA synchronous=FULL");
  database.exec("PRAGMA fullfsync=1");  // macOS: fsync alone does not reach the disk; no effect elsewhere
  database.exec("PRAGMA checkpoint_fullfsync=1");  // likewise
  database.exec("PRAGMA temp_store=MEMORY");
}

struct SqliteStore::Statements {
  explicit Statements(SQLite::Database& db)
      : insert_history(db, fmt::format("INSERT INTO history(key, agent, {}) VALUES(?, ?, {})",
                                       kHistoryColumns, placeholders(kHistoryColumnCount))),
        save_answer(db,
                    "INSERT INTO answer(slot, session, number, kind, target) VALUES(?1, ?2, ?3, ?4, ?5) "
                    "ON CONFLICT(slot) DO UPDATE SET session = ?2, number = ?3, kind = ?4, target = ?5"),
        save_parameters(db,
                        "INSERT INTO agent_parameters(agent, vector) VALUES(?1, ?2) "
                        "ON CONFLICT(agent) DO UPDATE SET vector = ?2"),
        delete_parameters(db, "DELETE FROM agent_parameters WHERE agent = ?"),
        save_agent(db, fmt::format("INSERT OR REPLACE INTO agent({}) VALUES({})", kAgentColumns,
                                   placeholders(kAgentColumnCount))),
        save_session(db, fmt::format("INSERT OR REPLACE INTO session({}) VALUES({})", kSessionColumns,
                                     placeholders(kSessionColumnCount))),
        delete_session(db, "DELETE FROM session WHERE key = ?"),
        insert_audit(db,
                     "INSERT INTO audit(timestamp_us, event, agent, session, detail) VALUES(?, ?, ?, ?, ?)"),
        agent_by_id(db, fmt::format("SELECT {} FROM agent WHERE id = ?", kAgentColumns)),
        agent_id_by_key(db, "SELECT id FROM agent WHERE key = ?"),
        history_of_agent(db, fmt::format("SELECT {} FROM history WHERE agent = ? AND number < ? "
                                         "ORDER BY number DESC LIMIT ?",
                                         kHistoryColumns)),
        void_of_agent(db, "SELECT abs(V) FROM history WHERE agent = ? ORDER BY number DESC LIMIT ?"),
        parameters_of_agent(db, "SELECT vector FROM agent_parameters WHERE agent = ?"),
        update_by_key(
            db, fmt::format("SELECT agent.key, agent.id, {} FROM history JOIN agent ON agent.key = agent "
                            "WHERE history.key = ?",
                            kHistoryColumns)),
        agents_after(db, fmt::format("SELECT {} FROM agent WHERE id > ? ORDER BY id LIMIT ?", kAgentColumns)),
        count_agents(db, "SELECT count(*) FROM agent") {}

  SQLite::Statement insert_history, save_answer, save_parameters, delete_parameters, save_agent, save_session,
      delete_session, insert_audit;
  SQLite::Statement agent_by_id, agent_id_by_key, history_of_agent, void_of_agent, parameters_of_agent,
      update_by_key, agents_after, count_agents;
};

SqliteStore::SqliteStore(std::unique_ptr<SQLite::Database> database)
    : database_(std::move(database)), statements_(std::make_unique<Statements>(*database_)) {}

SqliteStore::~SqliteStore() = default;

std::optional<core::Error> SqliteStore::commit(std::span<const core::Change> changes) {
  try {
    database_->exec("BEGIN IMMEDIATE");
    for (const core::Change& change : changes) {
      std::visit([this](const auto& value) { apply(value); }, change);
    }
    database_->exec("COMMIT");
    return std::nullopt;
  } catch (const std::exception& failure) {
    // Some errors end the transaction by themselves; a second rollback would only hide the first error.
    if (sqlite3_get_autocommit(database_->getHandle()) == 0) database_->tryExec("ROLLBACK");
    return storage_error(failure);
  }
}

void SqliteStore::apply(const core::UpdateAppended& change) {
  SQLite::Statement& statement = statements_->insert_history;
  statement.bind(1, change.key);
  statement.bind(2, change.agent);
  bind_record(statement, 3, change.record);
  run(statement);
}

void SqliteStore::apply(const core::AnswerSaved& change) {
  SQLite::Statement& statement = statements_->save_answer;
  statement.bind(1, change.answer.slot);
  statement.bind(2, change.session);
  statement.bind(3, static_cast<std::int64_t>(change.number));
  statement.bind(4, static_cast<int>(change.answer.kind));
  statement.bind(5, change.answer.target);
  run(statement);
}

void SqliteStore::apply(const core::ParametersSaved& change) {
  if (!change.parameters) {
    statements_->delete_parameters.bind(1, change.agent);
    run(statements_->delete_parameters);
    return;
  }
  const std::string bytes = encode_doubles(*change.parameters);
  SQLite::Statement& statement = statements_->save_parameters;
  statement.bind(1, change.agent);
  statement.bindNoCopy(2, bytes.data(), static_cast<int>(bytes.size()));
  run(statement);
}

void SqliteStore::apply(const core::AgentSaved& change) {
  bind_profile(statements_->save_agent, 1, change.profile);
  run(statements_->save_agent);
}

void SqliteStore::apply(const core::SessionSaved& change) {
  bind_session(statements_->save_session, 1, change.session);
  run(statements_->save_session);
}

void SqliteStore::apply(const core::SessionEnded& change) {
  statements_->delete_session.bind(1, change.session);
  run(statements_->delete_session);
}

void SqliteStore::apply(const core::AuditAppended& change) {
  SQLite::Statement& statement = statements_->insert_audit;
  statement.bind(1, change.timestamp_us);
  statement.bindNoCopy(2, change.event);
  statement.bind(3, change.agent);
  statement.bind(4, change.session);
  statement.bindNoCopy(5, change.detail);
  run(statement);
}

core::Result<core::StateSeed> SqliteStore::load_seed() {
  return guarded([this]() -> core::Result<core::StateSeed> {
    const auto highest = [this](const std::string& query) -> std::int64_t {
      SQLite::Statement statement(*database_, query);
      return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
    };
    core::StateSeed seed;
    seed.agents = static_cast<std::uint64_t>(highest("SELECT count(*) FROM agent"));
    seed.keys.agent = highest("SELECT max(key) FROM agent");
    seed.keys.history = highest("SELECT max(key) FROM history");
    seed.keys.slot =
        highest(fmt::format("SELECT max(slot) FROM answer WHERE slot BETWEEN 1 AND {}", kHighestSlot));
    seed.keys.session = highest("SELECT seq FROM sqlite_sequence WHERE name = 'session'");

    SQLite::Statement sessions(*database_,
                               fmt::format("SELECT {} FROM session ORDER BY key", kSessionColumns));
    while (sessions.executeStep()) seed.sessions.push_back(read_session(sessions, 0));
    SQLite::Statement answers(
        *database_, fmt::format("SELECT slot, session, number, kind, target FROM answer "
                                "WHERE session IN (SELECT key FROM session) AND slot BETWEEN 1 AND {}",
                                kHighestSlot));
    while (answers.executeStep()) {
      const core::SessionKey key = answers.getColumn(1).getInt64();
      const auto session =
          std::lower_bound(seed.sessions.begin(), seed.sessions.end(), key,
                           [](const core::Session& s, core::SessionKey k) { return s.key < k; });
      core::Answer answer;
      answer.slot = answers.getColumn(0).getInt64();
      answer.kind = static_cast<core::Answer::Kind>(answers.getColumn(3).getInt());
      answer.target = answers.getColumn(4).getInt64();
      session->answers[static_cast<std::uint64_t>(answers.getColumn(2).getInt64())] = answer;
    }
    return seed;
  });
}

core::Result<std::optional<core::Agent>> SqliteStore::load_agent(const std::string& id) {
  return guarded([&]() -> core::Result<std::optional<core::Agent>> {
    SQLite::Statement& by_id = statements_->agent_by_id;
    const StatementUse use_by_id(by_id);
    by_id.bindNoCopy(1, id);
    if (!by_id.executeStep()) return std::optional<core::Agent>();
    core::Agent agent;
    agent.profile = read_profile(by_id, 0);

    SQLite::Statement& history = statements_->history_of_agent;
    const StatementUse use_history(history);
    history.bind(1, agent.profile.key);
    history.bind(2, INT64_MAX);
    history.bind(3, 1);
    if (!history.executeStep()) return std::optional(std::move(agent));
    const core::UpdateRecord last = read_record(history, 0);
    agent.last = last;
    core::GovernanceState& state = agent.state;
    state.E = last.E;
    state.I = last.I;
    state.S = last.S;
    state.V = last.V;
    state.lambda1 = last.lambda1;
    state.integral = last.integral;
    state.time = last.time;
    state.updates = last.number;

    SQLite::Statement& voids = statements_->void_of_agent;
    const StatementUse use_voids(voids);
    voids.bind(1, agent.profile.key);
    voids.bind(2, static_cast<std::int64_t>(core::VoidWindow::kCapacity));
    std::vector<double> newest_first;
    while (voids.executeStep()) newest_first.push_back(voids.getColumn(0).getDouble());
    std::for_each(newest_first.rbegin(), newest_first.rend(), [&](double v) { state.void_window.push(v); });

    SQLite::Statement& parameters = statements_->parameters_of_agent;
    const StatementUse use_parameters(parameters);
    parameters.bind(1, agent.profile.key);
    if (parameters.executeStep()) {
      const SQLite::Column blob = parameters.getColumn(0);
      state.previous_parameters = decode_doubles(blob.getBlob(), static_cast<std::size_t>(blob.getBytes()));
    }
    return std::optional(std::move(agent));
  });
}

core::Result<std::optional<std::string>> SqliteStore::load_agent_id(core::AgentKey key) {
  return guarded([&]() -> core::Result<std::optional<std::string>> {
    SQLite::Statement& statement = statements_->agent_id_by_key;
    const StatementUse use(statement);
    statement.bind(1, key);
    if (!statement.executeStep()) return std::optional<std::string>();
    return std::optional(statement.getColumn(0).getString());
  });
}

core::Result<std::optional<core::UpdateOutcome>> SqliteStore::load_update(core::HistoryKey key) {
  return guarded([&]() -> core::Result<std::optional<core::UpdateOutcome>> {
    SQLite::Statement& statement = statements_->update_by_key;
    const StatementUse use(statement);
    statement.bind(1, key);
    if (!statement.executeStep()) return std::optional<core::UpdateOutcome>();
    core::UpdateOutcome outcome;
    outcome.agent = statement.getColumn(0).getInt64();
    outcome.agent_id = statement.getColumn(1).getString();
    outcome.record = read_record(statement, 2);
    return std::optional(std::move(outcome));
  });
}

core::Result<std::optional<HistoryPage>> SqliteStore::load_history(const std::string& agent_id,
                                                                   std::uint64_t before, std::size_t limit) {
  return guarded([&]() -> core::Result<std::optional<HistoryPage>> {
    SQLite::Statement& by_id = statements_->agent_by_id;
    const StatementUse use_by_id(by_id);
    by_id.bindNoCopy(1, agent_id);
    if (!by_id.executeStep()) return std::optional<HistoryPage>();
    const core::AgentKey key = by_id.getColumn(0).getInt64();
    HistoryPage page;
    page.agent_id = agent_id;

    SQLite::Statement& history = statements_->history_of_agent;
    const StatementUse use_history(history);
    history.bind(1, key);
    history.bind(2, INT64_MAX);
    history.bind(3, 1);
    // Numbers have no gaps, so the newest one is the count.
    if (history.executeStep()) page.total = read_record(history, 0).number;
    history.reset();
    history.bind(1, key);
    history.bind(2, before == 0 ? INT64_MAX : static_cast<std::int64_t>(before));
    history.bind(3, static_cast<std::int64_t>(limit));
    while (history.executeStep()) page.rows.push_back(read_record(history, 0));
    return std::optional(std::move(page));
  });
}

core::Result<AgentPage> SqliteStore::list_agents(const std::string& after, std::size_t limit) {
  return guarded([&]() -> core::Result<AgentPage> {
    AgentPage page;
    SQLite::Statement& count = statements_->count_agents;
    const StatementUse use_count(count);
    if (count.executeStep()) page.total = static_cast<std::uint64_t>(count.getColumn(0).getInt64());

    SQLite::Statement& agents = statements_->agents_after;
    const StatementUse use_agents(agents);
    agents.bindNoCopy(1, after);
    agents.bind(2, static_cast<std::int64_t>(limit + 1));
    while (agents.executeStep()) {
      if (page.agents.size() == limit) {
        page.more = true;
        break;
      }
      AgentSummary summary{read_profile(agents, 0), std::nullopt};
      SQLite::Statement& history = statements_->history_of_agent;
      const StatementUse use_history(history);
      history.bind(1, summary.profile.key);
      history.bind(2, INT64_MAX);
      history.bind(3, 1);
      if (history.executeStep()) summary.last = read_record(history, 0);
      page.agents.push_back(std::move(summary));
    }
    return page;
  });
}

}  // namespace governor::daemon
