#pragma once

// What the parts of SqliteStore share; for them alone.

#include <fmt/format.h>

#include <exception>
#include <stdexcept>

#include "daemon/store/row_codec.hpp"
#include "daemon/store/sqlite_store.hpp"
#include "daemon/store/statement_use.hpp"

namespace governor::daemon {

inline constexpr int kBusyTimeoutMs = 2000;
/// Twice what the log grows to while nobody reads for long, so that it is not cut and grown again all the
/// time.
inline constexpr std::int64_t kLogBytesKept = 8 << 20;

inline core::Error storage_error(const std::exception& failure) {
  return {core::ErrorCode::storage_unavailable,
          fmt::format("The database cannot be used: {}.", failure.what()),
          "Check free space and the state directory's disk; governor keeps trying and needs no restart."};
}

/// Something in the database is damaged or missing, which no waiting and no free space brings back.
class StoreDamage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class Body>
auto SqliteStore::guarded(Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& failure) {
    return error_of(failure);
  }
}

struct SqliteStore::Statements {
  explicit Statements(SQLite::Database& db)
      : insert_history(db, fmt::format("INSERT INTO history(key, agent, previous, parameters, hash, {}) "
                                       "VALUES(?, ?, ?, ?, ?, {})",
                                       kHistoryColumns, placeholders(kHistoryColumnCount))),
        save_answer(
            db,
            "INSERT INTO answer(slot, session, number, kind, target, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6) "
            "ON CONFLICT(slot) DO UPDATE SET session = ?2, number = ?3, kind = ?4, target = ?5, text = ?6"),
        save_agent(db, fmt::format("INSERT OR REPLACE INTO agent({}) VALUES({})", kAgentColumns,
                                   placeholders(kAgentColumnCount))),
        save_session(db, fmt::format("INSERT OR REPLACE INTO session({}) VALUES({})", kSessionColumns,
                                     placeholders(kSessionColumnCount))),
        delete_session(db, "DELETE FROM session WHERE key = ?"),
        insert_audit(
            db,
            "INSERT INTO audit(key, timestamp_us, event, agent, session, client, pid, detail, hash, done_by) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        insert_evidence(db, fmt::format("INSERT INTO evidence(hash, {}) VALUES(?, {})", kEvidenceColumns,
                                        placeholders(kEvidenceColumnCount))),
        newest_evidence(db, fmt::format("SELECT {} FROM evidence WHERE agent = ? "
                                        "ORDER BY key DESC LIMIT ?",
                                        kEvidenceColumns)),
        insert_lifecycle(db,
                         "INSERT INTO lifecycle_event(agent, timestamp_us, event, reason, actor) "
                         "VALUES(?, ?, ?, ?, ?)"),
        save_alert(db, fmt::format("INSERT OR REPLACE INTO alert({}) VALUES({})", kAlertColumns,
                                   placeholders(kAlertColumnCount))),
        save_setting(
            db, "INSERT INTO setting(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2"),
        agent_by_id(db, fmt::format("SELECT {} FROM agent WHERE id = ?", kAgentColumns)),
        agent_by_key(db, fmt::format("SELECT {} FROM agent WHERE key = ?", kAgentColumns)),
        newest_keys(db,
                    "SELECT COALESCE((SELECT MAX(key) FROM history), 0), "
                    "COALESCE((SELECT MAX(key) FROM audit), 0)"),
        changed_agents(db,
                       "SELECT agent FROM history WHERE key > ?1 "
                       "UNION SELECT agent FROM audit WHERE key > ?2 AND agent <> 0 LIMIT ?3"),
        agent_id_by_key(db, "SELECT id FROM agent WHERE key = ?"),
        agent_key_by_id(db, "SELECT key FROM agent WHERE id = ?"),
        history_row(db, fmt::format("SELECT previous, {} FROM history WHERE key = ?", kHistoryColumns)),
        history_step(
            db, "SELECT previous, number, V, timestamp_us, fingerprint, action FROM history WHERE key = ?"),
        history_mark(db,
                     "SELECT key FROM history WHERE agent = ? AND number >= ? AND number % 64 = 0 "
                     "ORDER BY number LIMIT 1"),
        parameters_of(db, "SELECT parameters FROM history WHERE key = ?"),
        update_by_key(db, fmt::format("SELECT agent.key, agent.id, agent.thresholds, {} FROM history "
                                      "JOIN agent ON agent.key = agent WHERE history.key = ?",
                                      qualified_history_columns())),
        setting(db, "SELECT value FROM setting WHERE name = ?"),
        answer_text(db, "SELECT text FROM answer WHERE slot = ?"),
        agents_after(db, fmt::format("SELECT {} FROM agent WHERE id > ? ORDER BY id LIMIT ?", kAgentColumns)),
        ids_from(db, fmt::format("SELECT id FROM agent WHERE id >= ?1 AND id < ?2 AND status <> {} "
                                 "ORDER BY id LIMIT ?3",
                                 static_cast<int>(core::Lifecycle::deleted))),
        children(db, "SELECT id FROM agent WHERE parent_id = ? AND parent_id <> '' ORDER BY id LIMIT ?"),
        lifecycle(
            db,
            "SELECT timestamp_us, event, reason, coalesce((SELECT client FROM audit WHERE key = actor), '') "
            "FROM lifecycle_event WHERE agent = ? ORDER BY lifecycle_event.key DESC LIMIT ?"),
        alerts_before(db, fmt::format("SELECT {} FROM alert WHERE key < ?1 AND (?2 OR acknowledged_us = 0) "
                                      "AND (?3 OR resolved_us = 0) ORDER BY key DESC LIMIT ?4",
                                      kAlertColumns)),
        alert_by_key(db, fmt::format("SELECT {} FROM alert WHERE key = ?", kAlertColumns)),
        who(db, "SELECT session, client, pid, done_by FROM audit WHERE key = ?"),
        save_outcome(db,
                     "INSERT OR REPLACE INTO outcome(history, agent, number, confidence, correct, source, "
                     "detail, timestamp_us, actor, failure_said, failure_log_odds) "
                     "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        outcome(db,
                "SELECT correct, source, detail, timestamp_us, actor, failure_said, failure_log_odds "
                "FROM outcome WHERE history = ?"),
        judgement_of(db,
                     "SELECT second, detail FROM evidence WHERE agent = ? AND first = ? AND kind = 10 "
                     "ORDER BY key DESC LIMIT 1"),
        outcomes_after(db,
                       "SELECT confidence, correct FROM outcome WHERE agent = ? AND number > ? AND "
                       "confidence IS NOT NULL"),
        judged_after(
            db,
            "SELECT failure_said, failure_log_odds, correct FROM outcome WHERE agent = ? AND number > ? "
            "AND failure_said IS NOT NULL"),
        unsure_after(db,
                     "SELECT count(*) FROM history WHERE agent = ? AND number > ? AND confidence IS NULL"),
        fleet_after(
            db, "SELECT key, id, status, epoch_start, tags FROM agent WHERE key > ? ORDER BY key LIMIT ?"),
        figures(db, "SELECT previous, number, health, action, risk, coherence FROM history WHERE key = ?"),
        newest_updates(
            db, fmt::format("SELECT agent, {} FROM history ORDER BY key DESC LIMIT ?", kHistoryColumns)),
        thresholds_of(db, "SELECT thresholds FROM agent WHERE key = ?"),
        save_lease(db, fmt::format("INSERT OR REPLACE INTO lease VALUES({})", placeholders(19))),
        save_waiter(db, fmt::format("INSERT OR REPLACE INTO lease_waiter VALUES({})", placeholders(11))),
        delete_waiter(db, "DELETE FROM lease_waiter WHERE key = ?"),
        insert_task(db,
                    "INSERT INTO task(key, id, title, description, source, agent_id, priority, depends_on, "
                    "created_us, creator) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        save_task(db,
                  "INSERT OR REPLACE INTO task_standing(task, status, progress, note, updated_us, claims, "
                  "session, agent, agent_id, client, pid, since_us, expires_us, ttl_us) "
                  "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        assign_task(db, "UPDATE task SET agent_id = ?2 WHERE key = ?1"),
        insert_task_event(db,
                          "INSERT INTO task_event(task, timestamp_us, event, status, progress, agent_id, "
                          "note, actor) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"),
        task_events(
            db,
            "SELECT task_event.timestamp_us, task_event.event, status, progress, agent_id, note, "
            "coalesce(audit.client, ''), coalesce(audit.pid, 0) FROM task_event "
            "LEFT JOIN audit ON audit.key = actor WHERE task = ? ORDER BY task_event.key DESC LIMIT ?"),
        insert_deployment(db, fmt::format("INSERT INTO deployment VALUES({})", placeholders(18))),
        save_deployment(
            db, fmt::format("INSERT OR REPLACE INTO deployment_standing VALUES({})", placeholders(43))),
        insert_deployment_event(db,
                                "INSERT INTO deployment_event(deployment, timestamp_us, event, state, "
                                "progress, note, data, actor) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"),
        save_approval(db, fmt::format("INSERT OR REPLACE INTO approval VALUES({})", placeholders(20))),
        delete_approval(db, "DELETE FROM approval WHERE key = ?"),
        deployment_events(
            db,
            "SELECT deployment_event.timestamp_us, deployment_event.event, state, progress, note, data, "
            "coalesce(audit.client, ''), coalesce(audit.pid, 0) FROM deployment_event "
            "LEFT JOIN audit ON audit.key = actor WHERE deployment = ? "
            "ORDER BY deployment_event.key DESC LIMIT ?"),
        insert_file_version(db, fmt::format("INSERT INTO file_version VALUES({})", placeholders(17))),
        delete_file_version(db, "DELETE FROM file_version WHERE key = ?"),
        save_open_write(db, fmt::format("INSERT OR REPLACE INTO open_write VALUES({})", placeholders(19))),
        delete_open_write(db, "DELETE FROM open_write WHERE key = ?"),
        save_protection(db, "INSERT OR REPLACE INTO protection VALUES(?, ?, ?, ?, ?)"),
        delete_protection(db, "DELETE FROM protection WHERE pattern = ?"),
        save_unlock(db, "INSERT OR REPLACE INTO file_unlock VALUES(?, ?, ?, ?, ?, ?, ?)"),
        delete_unlocks_before(db, "DELETE FROM file_unlock WHERE until_us <= ?"),
        file_versions(db, "SELECT * FROM file_version WHERE path = ? AND key < ? ORDER BY key DESC LIMIT ?"),
        file_version(db, "SELECT * FROM file_version WHERE key = ?"),
        file_version_at(
            db, "SELECT * FROM file_version WHERE path = ? AND timestamp_us <= ? ORDER BY key DESC LIMIT 1"),
        file_version_after(db, "SELECT * FROM file_version WHERE path = ? AND key > ? ORDER BY key LIMIT 1"),
        versions_to_prune(
            db,
            "SELECT key, sha256, stored_bytes, timestamp_us, (SELECT count(*) FROM (SELECT 1 FROM "
            "file_version AS later WHERE later.path = v.path AND later.key > v.key LIMIT ?3)) "
            "FROM file_version AS v WHERE key > ?1 ORDER BY key LIMIT ?2"),
        versions_of_content(db, "SELECT key FROM file_version WHERE sha256 = ?") {}

  /// `updates` and the like exist in `history` alone; `epoch` and `key` do not.
  static std::string qualified_history_columns() {
    std::string columns = kHistoryColumns;
    columns.replace(columns.find(" epoch,"), 7, " history.epoch,");
    return columns;
  }

  SQLite::Statement insert_history, save_answer, save_agent, save_session, delete_session, insert_audit,
      insert_evidence, newest_evidence, insert_lifecycle, save_alert, save_setting;
  SQLite::Statement agent_by_id, agent_by_key, newest_keys, changed_agents, agent_id_by_key, agent_key_by_id,
      history_row, history_step, history_mark, parameters_of, update_by_key, setting, answer_text,
      agents_after, ids_from, children, lifecycle, alerts_before, alert_by_key, who, save_outcome, outcome,
      judgement_of, outcomes_after, judged_after, unsure_after, fleet_after, figures, newest_updates,
      thresholds_of;
  SQLite::Statement save_lease, save_waiter, delete_waiter;
  SQLite::Statement insert_task, save_task, assign_task, insert_task_event, task_events;
  SQLite::Statement insert_deployment, save_deployment, insert_deployment_event, save_approval,
      delete_approval, deployment_events;
  SQLite::Statement insert_file_version, delete_file_version, save_open_write, delete_open_write,
      save_protection, delete_protection, save_unlock, delete_unlocks_before, file_versions, file_version,
      file_version_at, file_version_after, versions_to_prune, versions_of_content;
};

[[noreturn]] inline void throw_missing_row(core::HistoryKey key) {
  throw StoreDamage(fmt::format("row {} of the history is missing", key));
}

inline constexpr const char* kThresholdsSetting = "thresholds";
inline constexpr const char* kWatchRootsSetting = "watch_roots";

}  // namespace governor::daemon
