// Writing: changes in transactions, and what a state starts from.
#include "daemon/store/sqlite_store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/store/sqlite_statements.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

/// More than all sessions together can use. A slot beyond it comes from a damaged row, and the state keeps a
/// list of the free ones up to the highest.
constexpr std::int64_t kHighestSlot = 1 << 24;

using ipc::FaultPoint;

/// Fails as SQLite does where the disk fails.
void pass_statement(FaultPoint point) {
  if (ipc::fault_at(point)) throw SQLite::Exception("disk I/O error at a fault point", SQLITE_IOERR);
}

}  // namespace

void configure_connection(SQLite::Database& database) {
  database.setBusyTimeout(kBusyTimeoutMs);
  database.exec("PRAGMA journal_mode=WAL");
  database.exec("PRAGMA synchronous=FULL");
  database.exec("PRAGMA fullfsync=1");  // macOS: fsync alone does not reach the disk; no effect elsewhere
  database.exec("PRAGMA checkpoint_fullfsync=1");  // likewise
  database.exec("PRAGMA temp_store=MEMORY");
  database.exec(fmt::format("PRAGMA journal_size_limit={}", kLogBytesKept));
}

SqliteStore::SqliteStore(std::unique_ptr<SQLite::Database> database)
    : database_(std::move(database)),
      statements_(std::make_unique<Statements>(*database_)),
      heads_(*database_),
      history_chain_(*database_, "history"),
      audit_chain_(*database_, "audit"),
      evidence_chain_(*database_, "evidence"),
      evidence_begin_(*database_, kEvidenceBegin),
      seals_(make_seals(*database_)),
      commit_chain_(*database_, "commit"),
      lost_rows_(known_losses(*database_, "history")),
      lost_numbers_(load_lost_numbers(*database_)),
      files_(database_->getFilename()) {
  sqlite3_wal_hook(database_->getHandle(), &SqliteStore::on_log_grown, this);
}

SqliteStore::~SqliteStore() {
  if (abandoned_) return;
  if (find_lost_files() && files_.find_loss() == OpenFiles::Loss::overwritten) {
    // What is there is for the next start to look at.
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return;
  }
  try {
    heads_.write_all();
  } catch (const std::exception&) {
    // The next start reads them from the history.
  }
}

std::optional<core::Error> SqliteStore::find_lost_files() {
  auto lost = check_files();
  if (!lost) files_.note_times();
  return lost;
}

std::optional<core::Error> SqliteStore::check_files() {
  OpenFiles::Loss loss = files_.find_loss();
  if (loss == OpenFiles::Loss::touched) loss = look_closer();
  return loss == OpenFiles::Loss::none ? std::nullopt : std::optional(files_.describe(loss));
}

void SqliteStore::keep_progress(std::unique_ptr<ProgressRecord> record) {
  progress_ = std::move(record);
  note_progress();
}

void SqliteStore::take_over(SqliteStore& before) {
  before.abandoned_ = true;
  progress_ = std::move(before.progress_);
  tell_damage_ = std::move(before.tell_damage_);
}

void SqliteStore::note_progress() {
  if (progress_)
    progress_->note({commit_chain_.end(), history_chain_.end(), audit_chain_.end(), evidence_chain_.end()});
}

std::optional<core::Error> SqliteStore::commit(std::span<const core::Change> changes) {
  if (auto lost = check_files()) return lost;
  try {
    settle();
    write(changes);
  } catch (const std::exception& failure) {
    // Some errors end the transaction by themselves; a second rollback would only hide the first error.
    if (sqlite3_get_autocommit(database_->getHandle()) == 0) database_->tryExec("ROLLBACK");
    heads_.rolled_back();
    history_chain_.rolled_back();
    audit_chain_.rolled_back();
    evidence_chain_.rolled_back();
    evidence_begin_.rolled_back();
    for (RowSeals& seals : seals_) seals.rolled_back();
    commit_chain_.rolled_back();
    files_.note_writing();
    return error_of(failure);
  }
  note_log();
  // What was taken away meanwhile has taken this with it.
  return check_files();
}

/// After a transaction that may have been committed although it was reported as failed.
void SqliteStore::settle() {
  if (!unsure_) return;
  history_chain_.load();
  audit_chain_.load();
  evidence_chain_.load();
  evidence_begin_.load();
  commit_chain_.load();
  for (RowSeals& seals : seals_) seals.load();
  heads_.catch_up();
  unsure_ = false;
  note_progress();
}

void SqliteStore::write(std::span<const core::Change> changes) {
  pass_statement(FaultPoint::commit_begin);
  database_->exec("BEGIN IMMEDIATE");
  for (const core::Change& change : changes) {
    pass_statement(FaultPoint::commit_change);
    std::visit([this](const auto& value) { apply(value); }, change);
  }
  pass_statement(FaultPoint::commit_chains);
  history_chain_.save();
  audit_chain_.save();
  evidence_chain_.save();
  evidence_begin_.save();
  pass_statement(FaultPoint::commit_seals);
  for (RowSeals& seals : seals_) seals.save();
  pass_statement(FaultPoint::commit_mark);
  const RowHash& newest = history_chain_.pending().hash;
  commit_chain_.append(commit_chain_.end().last + 1,
                       {reinterpret_cast<const char*>(newest.data()), newest.size()});
  commit_chain_.save();
  pass_statement(FaultPoint::commit_heads);
  heads_.write_slice();
  pass_statement(FaultPoint::commit_end);
  unsure_ = true;  // an error of COMMIT itself does not say whether it took effect
  database_->exec("COMMIT");
  pass_statement(FaultPoint::commit_ended);
  history_chain_.committed();
  audit_chain_.committed();
  evidence_chain_.committed();
  evidence_begin_.committed();
  commit_chain_.committed();
  for (RowSeals& seals : seals_) seals.committed();
  heads_.committed();
  unsure_ = false;
  note_progress();
}

void SqliteStore::note_event(const std::string& event, const std::string& detail) {
  core::AuditAppended entry;
  entry.key = audit_chain_.end().last + 1;
  entry.timestamp_us = std::chrono::duration_cast<std::chrono::microseconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
  entry.event = event;
  entry.detail = detail;
  const core::Changes changes{std::move(entry)};
  (void)commit(changes);
}

void SqliteStore::note_damage(const std::string& what) {
  suspect_damage();
  if (tell_damage_) tell_damage_(what);
}

void SqliteStore::suspect_damage() {
  if (progress_) progress_->suspect_damage();
}

core::Error SqliteStore::error_of(const std::exception& failure) {
  const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&failure);
  const int code = sqlite != nullptr ? sqlite->getErrorCode() : SQLITE_OK;
  const bool is_damage = dynamic_cast<const StoreDamage*>(&failure) != nullptr || code == SQLITE_CORRUPT ||
                         code == SQLITE_NOTADB;
  if (!is_damage) return storage_error(failure);
  has_met_damage_ = true;
  suspect_damage();
  core::Error error(core::ErrorCode::storage_unavailable,
                    fmt::format("The database is damaged: {}.", failure.what()),
                    "Tell a person to run \"governorctl restart\": the start looks for what can be saved "
                    "and says what is missing. What does not need the damaged part goes on.");
  if (tell_damage_) tell_damage_(error.message);
  return error;
}

void SqliteStore::apply(const core::UpdateAppended& change) {
  const RowHash hash = history_chain_.append(change.key, chained_bytes(change));
  SQLite::Statement& statement = statements_->insert_history;
  statement.bind(1, change.key);
  statement.bind(2, change.agent);
  statement.bind(3, change.previous);
  if (change.parameters.empty()) {
    statement.bind(4);
  } else {
    statement.bindNoCopy(4, change.parameters.data(),
                         static_cast<int>(change.parameters.size() * sizeof(double)));
  }
  statement.bindNoCopy(5, hash.data(), static_cast<int>(hash.size()));
  bind_record(statement, 6, change.record);
  run(statement);
  heads_.stage(change.agent, head_of(change.key, change.record));
}

void SqliteStore::apply(const core::AnswerSaved& change) {
  SQLite::Statement& statement = statements_->save_answer;
  statement.bind(1, change.answer.slot);
  statement.bind(2, change.session);
  statement.bind(3, static_cast<std::int64_t>(change.number));
  statement.bind(4, static_cast<int>(change.answer.kind));
  statement.bind(5, change.answer.target);
  if (change.answer.kind == core::Answer::Kind::text) {
    statement.bindNoCopy(6, change.text);
  } else {
    statement.bind(6);
  }
  run(statement);
}

void SqliteStore::apply(const core::AgentSaved& change) {
  bind_profile(statements_->save_agent, 1, change.profile);
  run(statements_->save_agent);
  seals_[kSealedAgent].seal(change.profile.key);
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
  const RowHash hash = audit_chain_.append(change.key, chained_bytes(change));
  SQLite::Statement& statement = statements_->insert_audit;
  statement.bind(1, change.key);
  statement.bind(2, change.timestamp_us);
  statement.bindNoCopy(3, change.event);
  statement.bind(4, change.agent);
  statement.bind(5, change.session);
  statement.bindNoCopy(6, change.client);
  statement.bind(7, change.pid);
  statement.bindNoCopy(8, change.detail);
  statement.bindNoCopy(9, hash.data(), static_cast<int>(hash.size()));
  statement.bindNoCopy(10, change.actor);
  run(statement);
}

void SqliteStore::apply(const core::LifecycleEventAppended& change) {
  SQLite::Statement& statement = statements_->insert_lifecycle;
  statement.bind(1, change.agent);
  statement.bind(2, change.timestamp_us);
  statement.bindNoCopy(3, change.event);
  statement.bindNoCopy(4, change.reason);
  statement.bind(5, change.actor);
  run(statement);
}

void SqliteStore::apply(const core::AlertSaved& change) {
  bind_alert(statements_->save_alert, 1, change.alert);
  run(statements_->save_alert);
  seals_[kSealedAlert].seal(change.alert.key);
}

void SqliteStore::apply(const core::ThresholdsSaved& change) {
  const std::string text = encode_thresholds(change.thresholds);
  SQLite::Statement& statement = statements_->save_setting;
  statement.bind(1, kThresholdsSetting);
  statement.bindNoCopy(2, text);
  run(statement);
}

void SqliteStore::apply(const core::WatchRootsSaved& change) {
  const std::string text = encode_tags(change.roots);
  SQLite::Statement& statement = statements_->save_setting;
  statement.bind(1, kWatchRootsSetting);
  statement.bindNoCopy(2, text);
  run(statement);
}

std::string SqliteStore::load_setting(const char* name) {
  SQLite::Statement& setting = statements_->setting;
  const StatementUse use(setting);
  setting.bind(1, name);
  return setting.executeStep() ? setting.getColumn(0).getString() : std::string();
}

core::Result<core::StateSeed> SqliteStore::load_seed() {
  return guarded([this]() -> core::Result<core::StateSeed> {
    settle();
    const auto highest = [this](const std::string& query) -> std::int64_t {
      SQLite::Statement statement(*database_, query);
      return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
    };
    core::StateSeed seed;
    seed.agents = static_cast<std::uint64_t>(highest("SELECT count(*) FROM agent"));
    // What was removed by others has used its key all the same.
    seed.keys.agent = std::max({highest("SELECT max(key) FROM agent"), seals_[kSealedAgent].highest_row(),
                                highest("SELECT max(agent) FROM agent_head")});
    seed.keys.history = std::max(highest("SELECT max(key) FROM history"), history_chain_.end().last);
    seed.keys.audit = std::max(highest("SELECT max(key) FROM audit"), audit_chain_.end().last);
    seed.keys.evidence = std::max(highest("SELECT max(key) FROM evidence"), evidence_chain_.end().last);
    seed.keys.alert = std::max(highest("SELECT max(key) FROM alert"), seals_[kSealedAlert].highest_row());
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

    SQLite::Statement alerts(*database_,
                             fmt::format("SELECT {} FROM alert WHERE resolved_us = 0", kAlertColumns));
    while (alerts.executeStep()) seed.open_alerts.push_back(read_alert(alerts, 0));
    load_leases(seed);
    load_files(seed);
    seed.tasks = load_tasks();
    seed.lessons = load_lessons();
    seed.keys.task = std::max(highest("SELECT max(key) FROM task"), seals_[kSealedTask].highest_row());
    seed.deployments = load_deployments();
    seed.keys.deployment =
        std::max(highest("SELECT max(key) FROM deployment"), seals_[kSealedDeployment].highest_row());
    seed.approvals = load_approvals();
    seed.keys.approval =
        std::max(highest("SELECT max(key) FROM approval"), seals_[kSealedApproval].highest_row());
    seed.thresholds = decode_thresholds(load_setting(kThresholdsSetting));
    seed.watch_roots = decode_tags(load_setting(kWatchRootsSetting));
    return seed;
  });
}

}  // namespace governor::daemon
