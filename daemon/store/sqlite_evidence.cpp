// Evidence of what agents do.
#include <algorithm>
#include <vector>

#include "daemon/store/chained_rows.hpp"
#include "daemon/store/evidence_row.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
void SqliteStore::apply(const core::EvidenceAppended& change) {
  const EvidenceRow row = row_of(change.evidence);
  const RowHash hash = evidence_chain_.append(row.key, chained_bytes(row));
  SQLite::Statement& statement = statements_->insert_evidence;
  statement.bindNoCopy(1, hash.data(), static_cast<int>(hash.size()));
  bind_evidence(statement, 2, row);
  run(statement);
}

void SqliteStore::apply(const core::EvidencePruned& change) {
  RowChain::End begin = evidence_begin_.pending();
  if (change.last <= begin.last) return;
  SQLite::Statement last(*database_, "SELECT hash FROM evidence WHERE key = ?");
  last.bind(1, change.last);
  if (!last.executeStep()) return;  // without it nobody could tell whether the rest is whole
  begin.hash = read_row_hash(last, 0);
  begin.last = change.last;
  last.reset();
  SQLite::Statement remove(*database_, "DELETE FROM evidence WHERE key <= ?");
  remove.bind(1, change.last);
  const auto count = static_cast<std::uint64_t>(remove.exec());
  begin.entries += count;
  evidence_begin_.set_pending(begin);
  RowChain::End end = evidence_chain_.pending();
  end.entries -= std::min(count, end.entries);
  evidence_chain_.set_pending(end);
}

std::optional<core::Error> SqliteStore::find_prunable_evidence(EvidencePruneScan& scan, std::size_t slice) {
  return guarded([&]() -> std::optional<core::Error> {
    scan.last = 0;
    scan.count = 0;
    const std::int64_t newest = evidence_chain_.end().last;
    const auto kept = static_cast<std::int64_t>(std::min<std::uint64_t>(scan.keep_entries, INT64_MAX));
    const std::int64_t too_many = kept == 0 || newest <= kept ? 0 : newest - kept;
    SQLite::Statement rows(*database_,
                           "SELECT key, timestamp_us, hash FROM evidence WHERE key > ? ORDER BY key LIMIT ?");
    rows.bind(1, evidence_begin_.end().last);
    rows.bind(2, static_cast<std::int64_t>(slice));
    RowHash hash{};
    while (rows.executeStep()) {
      const std::int64_t key = rows.getColumn(0).getInt64();
      if (key > too_many && rows.getColumn(1).getInt64() >= scan.oldest_us) break;
      scan.last = key;
      scan.count += 1;
      hash = read_row_hash(rows, 2);
    }
    scan.more = scan.count == slice;
    scan.hash.clear();
    for (const std::uint8_t byte : hash) scan.hash += fmt::format("{:02x}", byte);
    return std::nullopt;
  });
}

core::Result<std::optional<EvidencePage>> SqliteStore::load_evidence(const EvidenceQuery& query) {
  return guarded([&]() -> core::Result<std::optional<EvidencePage>> {
    core::AgentKey agent = 0;
    if (!query.agent_id.empty()) {
      SQLite::Statement& by_id = statements_->agent_key_by_id;
      const StatementUse use(by_id);
      by_id.bindNoCopy(1, query.agent_id);
      if (!by_id.executeStep()) return std::optional<EvidencePage>();
      agent = by_id.getColumn(0).getInt64();
    }
    SQLite::Statement rows(
        *database_,
        fmt::format("SELECT {}, coalesce((SELECT id FROM agent WHERE agent.key = evidence.agent), '') "
                    "FROM evidence WHERE {} = ? AND key {} ? ORDER BY key {} LIMIT ?",
                    kEvidenceColumns, agent != 0 ? "agent" : "0", query.oldest_first ? ">" : "<",
                    query.oldest_first ? "ASC" : "DESC"));
    rows.bind(1, agent);
    rows.bind(2, query.from != 0 || query.oldest_first ? query.from : INT64_MAX);
    rows.bind(3, static_cast<std::int64_t>(query.limit));
    EvidencePage page;
    for (std::size_t seen = 1; rows.executeStep(); ++seen) {
      const EvidenceRow row = read_evidence(rows, 0);
      page.next = row.key;
      page.more = seen == query.limit;
      // Rows of a kind that this program does not know are passed over.
      if (auto evidence = evidence_of(row))
        page.rows.push_back({*std::move(evidence), rows.getColumn(kEvidenceColumnCount).getString()});
    }
    return std::optional(std::move(page));
  });
}

void SqliteStore::load_behaviour(core::Agent& agent) {
  SQLite::Statement& rows = statements_->newest_evidence;
  const StatementUse use(rows);
  rows.bind(1, agent.profile.key);
  rows.bind(2, static_cast<std::int64_t>(core::Behaviour::kRows));
  std::vector<core::Evidence> newest;
  while (rows.executeStep()) {
    const EvidenceRow row = read_evidence(rows, 0);
    if (row.epoch < agent.profile.epoch) break;
    if (auto evidence = evidence_of(row)) newest.push_back(*std::move(evidence));
  }
  std::for_each(newest.rbegin(), newest.rend(),
                [&](const core::Evidence& evidence) { agent.behaviour.note(evidence); });
}

}  // namespace governor::daemon
