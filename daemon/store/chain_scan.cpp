#include "daemon/store/chain_scan.hpp"

#include <algorithm>
#include <utility>

#include "daemon/store/chained_rows.hpp"

namespace governor::daemon {
namespace {

bool touches(const std::vector<KeyRange>& ranges, std::int64_t first, std::int64_t last) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const KeyRange& range) { return range.first <= last && range.last >= first; });
}

/// Takes the next row into account. A row that fits the one before it shows that none was between them,
/// whatever their keys; after a hole nothing can be said about the first row.
void scan_row(ChainScan& scan, const std::vector<KeyRange>& known, std::int64_t key, std::string_view bytes,
              const RowHash& stored) {
  if (chain_hash(scan.end.hash, bytes) != stored) {
    if (key == scan.end.last + 1) {
      scan.changed.push_back(key);
    } else {
      for (const KeyRange& range : without({scan.end.last + 1, key - 1}, known))
        scan.missing.push_back(range);
    }
  }
  scan.end = {scan.end.entries + 1, key, stored};
}

}  // namespace

std::vector<KeyRange> without(KeyRange range, const std::vector<KeyRange>& others) {
  std::vector<KeyRange> rest;
  for (const KeyRange& other : others) {
    if (other.last < range.first || other.first > range.last) continue;
    if (other.first > range.first) rest.push_back({range.first, other.first - 1});
    range.first = other.last + 1;
  }
  if (range.first <= range.last) rest.push_back(range);
  return rest;
}

std::vector<KeyRange> known_losses(SQLite::Database& database, const std::string& table) {
  std::vector<KeyRange> losses;
  if (!database.tableExists("loss")) return losses;
  SQLite::Statement rows(database, "SELECT first, last FROM loss WHERE table_name = ? ORDER BY first");
  rows.bind(1, table);
  while (rows.executeStep()) losses.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getInt64()});
  return losses;
}

HistoryScan scan_history(SQLite::Database& database) {
  HistoryScan scan;
  const auto known = known_losses(database, "history");
  std::map<core::AgentKey, std::int64_t> newest_key;
  SQLite::Statement rows(database, select_chained_history());
  rows.bind(1, 0);
  rows.bind(2, -1);
  while (rows.executeStep()) {
    const ChainedHistoryRow next = read_chained_history(rows);
    scan_row(scan, known, next.row.key, chained_bytes(next.row), next.hash);
    std::uint64_t& newest = scan.newest[next.row.agent];
    const std::uint64_t number = next.row.record.number;
    const std::int64_t before = std::exchange(newest_key[next.row.agent], next.row.key);
    if (number > newest + 1) {
      const bool was_told = touches(known, before + 1, next.row.key - 1) &&
                            !touches(scan.missing, before + 1, next.row.key - 1);
      if (!was_told) scan.updates.push_back({next.row.agent, newest + 1, number - 1});
    }
    newest = std::max(newest, number);
  }
  return scan;
}

ChainScan scan_audit(SQLite::Database& database) {
  ChainScan scan;
  const auto known = known_losses(database, "audit");
  SQLite::Statement rows(database, select_chained_audit(database));
  rows.bind(1, 0);
  rows.bind(2, -1);
  while (rows.executeStep()) {
    const ChainedAuditRow next = read_chained_audit(rows);
    scan_row(scan, known, next.row.key, chained_bytes(next.row), next.hash);
  }
  return scan;
}

ChainScan scan_evidence(SQLite::Database& database) {
  ChainScan scan;
  if (!database.tableExists("evidence")) return scan;
  const auto known = known_losses(database, "evidence");
  const RowChain::End begin = RowChain(database, kEvidenceBegin).end();
  scan.end.last = begin.last;
  scan.end.hash = begin.hash;
  SQLite::Statement rows(database, select_chained_evidence());
  rows.bind(1, begin.last);
  rows.bind(2, -1);
  while (rows.executeStep()) {
    const ChainedEvidenceRow next = read_chained_evidence(rows);
    scan_row(scan, known, next.row.key, chained_bytes(next.row), next.hash);
  }
  return scan;
}

}  // namespace governor::daemon
