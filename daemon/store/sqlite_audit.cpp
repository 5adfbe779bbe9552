// Reading alerts and the audit log, and checking the chains of rows.
#include <algorithm>

#include "daemon/store/chained_rows.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

void report(ChainCheck& check, const char* table, std::int64_t entry, std::string problem) {
  check.problem_count += 1;
  if (check.problems.size() < ChainCheck::kMaxProblems)
    check.problems.push_back({table, entry, std::move(problem)});
}

/// Takes one row into account and goes on from the hash that is stored, so that one changed row is one
/// problem.
void check_row(ChainCheck& check, ChainCheck::Progress& progress, const char* table, std::int64_t key,
               const std::string& bytes, const RowHash& stored) {
  if (key != progress.key + 1) {
    report(check, table, progress.key + 1,
           key == progress.key + 2 ? std::string("the entry is missing")
                                   : fmt::format("the entries up to {} are missing", key - 1));
  }
  if (chain_hash(progress.hash, bytes) != stored) {
    report(check, table, key, "the entry was changed, or the one before it changed, removed or moved");
  }
  progress.key = key;
  progress.rows += 1;
  progress.hash = stored;
}

void check_end(ChainCheck& check, ChainCheck::Progress& progress, const char* table,
               const RowChain::End& end) {
  progress.done = true;
  if (progress.key < end.last) {
    report(check, table, progress.key + 1,
           fmt::format("the entries up to {} are missing at the end", end.last));
  } else if (progress.key > end.last) {
    report(check, table, end.last + 1, "entries were added at the end");
  } else if (progress.hash != end.hash) {
    report(check, table, progress.key, "the last entry is not the one that the end of the chain names");
  }
}

bool in_time(const AuditFilter& filter, std::int64_t timestamp_us) {
  return timestamp_us >= filter.since_us && timestamp_us < filter.until_us;
}

}  // namespace

core::Result<AlertPage> SqliteStore::list_alerts(const AlertFilter& filter, core::AlertKey before,
                                                 std::size_t limit) {
  return guarded([&]() -> core::Result<AlertPage> {
    SQLite::Statement& statement = statements_->alerts_before;
    const StatementUse use(statement);
    statement.bind(1, before == 0 ? INT64_MAX : before);
    statement.bind(2, filter.acknowledged ? 1 : 0);
    statement.bind(3, filter.resolved ? 1 : 0);
    statement.bind(4, static_cast<std::int64_t>(limit + 1));
    AlertPage page;
    while (statement.executeStep()) {
      if (page.alerts.size() == limit) {
        page.more = true;
        break;
      }
      page.alerts.push_back(read_alert(statement, 0));
    }
    return page;
  });
}

core::Result<std::optional<core::Alert>> SqliteStore::load_alert(core::AlertKey key) {
  return guarded([&]() -> core::Result<std::optional<core::Alert>> {
    SQLite::Statement& statement = statements_->alert_by_key;
    const StatementUse use(statement);
    statement.bind(1, key);
    if (!statement.executeStep()) return std::optional<core::Alert>();
    return std::optional(read_alert(statement, 0));
  });
}

core::Result<AuditPage> SqliteStore::load_audit(const AuditFilter& filter, const AuditCursor& from,
                                                std::size_t limit, std::size_t slice) {
  return guarded([&]() -> core::Result<AuditPage> {
    core::AgentKey agent = 0;
    AuditPage log;
    if (!filter.agent_id.empty()) {
      SQLite::Statement& by_id = statements_->agent_key_by_id;
      const StatementUse use(by_id);
      by_id.bindNoCopy(1, filter.agent_id);
      if (!by_id.executeStep()) return log;
      agent = by_id.getColumn(0).getInt64();
    }
    AuditPage updates;
    log.next = from;
    updates.next = from;
    if (filter.event != "update") read_audit_rows(filter, agent, limit, slice, log);
    if (filter.event.empty() || filter.event == "update")
      read_update_rows(filter, agent, limit, slice, updates);

    AuditPage page;
    page.next = from;
    page.more = log.more || updates.more;
    auto a = log.entries.begin();
    auto u = updates.entries.begin();
    // A part that stopped early has more to come at its end, which may be newer than what the other has left.
    while (page.entries.size() < limit) {
      const bool audit_over = a == log.entries.end();
      const bool updates_over = u == updates.entries.end();
      if ((audit_over && (log.more || updates_over)) || (updates_over && updates.more)) break;
      const bool take_audit = updates_over || (!audit_over && a->timestamp_us >= u->timestamp_us);
      AuditEntry& entry = take_audit ? *a++ : *u++;
      const std::int64_t key = std::stoll(entry.entry.substr(1));
      (take_audit ? page.next.audit : page.next.history) = key;
      page.entries.push_back(std::move(entry));
    }
    const bool all_taken = a == log.entries.end() && u == updates.entries.end();
    if (a == log.entries.end()) page.next.audit = log.next.audit;
    if (u == updates.entries.end()) page.next.history = updates.next.history;
    page.more = page.more || !all_taken;
    return page;
  });
}

void SqliteStore::read_audit_rows(const AuditFilter& filter, core::AgentKey agent, std::size_t limit,
                                  std::size_t slice, AuditPage& page) {
  std::string where = "audit.key < ?";
  if (agent != 0) where += " AND audit.agent = ? AND audit.agent <> 0";
  if (!filter.event.empty()) where += " AND event = ?";
  SQLite::Statement rows(
      *database_,
      fmt::format("SELECT audit.key, timestamp_us, event, coalesce(agent.id, ''), session, "
                  "client, pid, detail, done_by FROM audit LEFT JOIN agent ON agent.key = audit.agent "
                  "WHERE {} ORDER BY audit.key DESC",
                  where));
  int place = 1;
  rows.bind(place++, page.next.audit);
  if (agent != 0) rows.bind(place++, agent);
  if (!filter.event.empty()) rows.bind(place++, filter.event);
  for (std::size_t seen = 0; rows.executeStep(); ++seen) {
    if (seen == slice || page.entries.size() == limit) {
      page.more = true;
      return;
    }
    AuditEntry entry;
    page.next.audit = rows.getColumn(0).getInt64();
    entry.entry = fmt::format("a{}", page.next.audit);
    entry.timestamp_us = rows.getColumn(1).getInt64();
    if (!in_time(filter, entry.timestamp_us)) continue;
    entry.event = rows.getColumn(2).getString();
    entry.agent_id = rows.getColumn(3).getString();
    entry.session = rows.getColumn(4).getInt64();
    entry.client = rows.getColumn(5).getString();
    entry.pid = rows.getColumn(6).getInt64();
    entry.detail = rows.getColumn(7).getString();
    entry.actor = core::read_actor(rows.getColumn(8).getString(), entry.session);
    page.entries.push_back(std::move(entry));
  }
}

void SqliteStore::read_update_rows(const AuditFilter& filter, core::AgentKey agent, std::size_t limit,
                                   std::size_t slice, AuditPage& page) {
  // All updates lie in the order of their keys; those of one agent are found from row to row.
  SQLite::Statement row(*database_,
                        fmt::format("SELECT history.key, previous, history.agent, {} FROM history WHERE {}",
                                    kHistoryColumns, agent != 0 ? "key = ?" : "key < ? ORDER BY key DESC"));
  core::HistoryKey next = page.next.history;
  if (agent != 0) {
    if (next == INT64_MAX) {
      const auto head = heads_.find(agent);
      next = head ? head->history : 0;
    } else {
      SQLite::Statement previous(*database_, "SELECT previous FROM history WHERE key = ?");
      previous.bind(1, next);
      next = previous.executeStep() ? previous.getColumn(0).getInt64() : 0;
    }
  }
  row.bind(1, next);
  for (std::size_t seen = 0; row.executeStep(); ++seen) {
    if (seen == slice || page.entries.size() == limit) {
      page.more = true;
      return;
    }
    page.next.history = row.getColumn(0).getInt64();
    const core::HistoryKey previous = row.getColumn(1).getInt64();
    const core::UpdateRecord record = read_record(row, 3);
    if (in_time(filter, record.timestamp_us)) {
      AuditEntry entry;
      entry.entry = fmt::format("u{}", page.next.history);
      entry.timestamp_us = record.timestamp_us;
      entry.event = "update";
      entry.detail =
          record.health == core::Health::unknown
              ? fmt::format("update {}: {}, imported", record.number, core::to_string(record.action))
              : fmt::format("update {}: {}, health {}, risk {:.4f}", record.number,
                            core::to_string(record.action), core::to_string(record.health), record.risk);
      SQLite::Statement& id = statements_->agent_id_by_key;
      const StatementUse use_id(id);
      id.bind(1, row.getColumn(2).getInt64());
      if (id.executeStep()) entry.agent_id = id.getColumn(0).getString();
      SQLite::Statement& who = statements_->who;
      const StatementUse use_who(who);
      who.bind(1, record.actor);
      if (who.executeStep()) {
        entry.session = who.getColumn(0).getInt64();
        entry.client = who.getColumn(1).getString();
        entry.pid = who.getColumn(2).getInt64();
        entry.actor = core::read_actor(who.getColumn(3).getString(), entry.session);
        // Whoever reports an agent's update is that agent.
        if (entry.actor.kind == core::Actor::Kind::agent) entry.actor.agent_id = entry.agent_id;
      }
      page.entries.push_back(std::move(entry));
    }
    if (agent != 0) {
      row.reset();
      row.bind(1, previous);
    }
  }
}

std::optional<core::Error> SqliteStore::check_chains(ChainCheck& check, std::size_t slice) {
  return guarded([&]() -> std::optional<core::Error> {
    if (!check.audit.done) {
      check_audit(check, slice);
    } else if (!check.history.done) {
      check_history(check, slice);
    } else if (!check.evidence.done) {
      check_evidence(check, slice);
    } else if (!check.heads_done) {
      check_heads(check);
    } else {
      check_seals(check, slice);
    }
    return std::nullopt;
  });
}

void SqliteStore::check_audit(ChainCheck& check, std::size_t slice) {
  SQLite::Statement rows(*database_, select_chained_audit(*database_));
  rows.bind(1, check.audit.key);
  rows.bind(2, static_cast<std::int64_t>(slice));
  std::size_t read = 0;
  for (; rows.executeStep(); ++read) {
    const ChainedAuditRow next = read_chained_audit(rows);
    check_row(check, check.audit, "audit", next.row.key, chained_bytes(next.row), next.hash);
  }
  if (read < slice) check_end(check, check.audit, "audit", audit_chain_.end());
}

void SqliteStore::check_evidence(ChainCheck& check, std::size_t slice) {
  // Old entries may have been forgotten, also since the last slice.
  if (const RowChain::End& begin = evidence_begin_.end(); check.evidence.key < begin.last) {
    check.evidence.key = begin.last;
    check.evidence.hash = begin.hash;
  }
  SQLite::Statement rows(*database_, select_chained_evidence());
  rows.bind(1, check.evidence.key);
  rows.bind(2, static_cast<std::int64_t>(slice));
  std::size_t read = 0;
  for (; rows.executeStep(); ++read) {
    const ChainedEvidenceRow next = read_chained_evidence(rows);
    check_row(check, check.evidence, "evidence", next.row.key, chained_bytes(next.row), next.hash);
  }
  if (read < slice) check_end(check, check.evidence, "evidence", evidence_chain_.end());
}

void SqliteStore::check_history(ChainCheck& check, std::size_t slice) {
  SQLite::Statement rows(*database_, select_chained_history());
  rows.bind(1, check.history.key);
  rows.bind(2, static_cast<std::int64_t>(slice));
  std::size_t read = 0;
  for (; rows.executeStep(); ++read) {
    const ChainedHistoryRow next = read_chained_history(rows);
    const std::uint64_t problems = check.problem_count;
    check_row(check, check.history, "history", next.row.key, chained_bytes(next.row), next.hash);
    // What was changed says nothing about agents.
    if (check.problem_count == problems) check.newest[next.row.agent] = next.row.key;
  }
  if (read < slice) check_end(check, check.history, "history", history_chain_.end());
}

void SqliteStore::check_heads(ChainCheck& check) {
  for (const auto& [agent, newest] : check.newest) {
    if (!heads_.is_newest(agent, newest) && !has_grown(agent, newest))
      report(check, "agent_head", agent, "the index does not name the newest update of this agent");
  }
  check.heads_done = true;
}

/// Since the history was looked at.
bool SqliteStore::has_grown(core::AgentKey agent, core::HistoryKey newest) {
  const AgentHead* head = heads_.lagging(agent);
  return head != nullptr && head->history > newest;
}

void SqliteStore::check_seals(ChainCheck& check, std::size_t slice) {
  RowSeals& seals = seals_[check.sealed];
  std::vector<RowSeals::Problem> problems;
  if (seals.check_rows(check.sealed_row, slice, problems)) {
    seals.check_seals(problems);
    check.sealed += 1;
    check.sealed_row = 0;
    check.seals_done = check.sealed == seals_.size();
  }
  for (RowSeals::Problem& problem : problems)
    report(check, seals.table().c_str(), problem.row, std::move(problem.what));
}

}  // namespace governor::daemon
