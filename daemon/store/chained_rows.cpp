#include "daemon/store/chained_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "daemon/store/row_codec.hpp"

namespace governor::daemon {

RowHash read_row_hash(SQLite::Statement& row, int column) {
  const SQLite::Column blob = row.getColumn(column);
  RowHash hash{};
  const auto size = std::min<std::size_t>(static_cast<std::size_t>(blob.getBytes()), hash.size());
  if (size > 0) std::memcpy(hash.data(), blob.getBlob(), size);
  return hash;
}

std::string select_chained_history() {
  return fmt::format(
      "SELECT key, agent, previous, parameters, hash, {} FROM history WHERE key > ? ORDER BY key LIMIT ?",
      kHistoryColumns);
}

ChainedHistoryRow read_chained_history(SQLite::Statement& rows) {
  ChainedHistoryRow result;
  core::UpdateAppended& row = result.row;
  row.key = rows.getColumn(0).getInt64();
  row.agent = rows.getColumn(1).getInt64();
  row.previous = rows.getColumn(2).getInt64();
  const SQLite::Column blob = rows.getColumn(3);
  if (!blob.isNull())
    row.parameters = decode_doubles(blob.getBlob(), static_cast<std::size_t>(blob.getBytes()));
  row.record = read_record(rows, 5);
  result.hash = read_row_hash(rows, 4);
  return result;
}

std::string select_chained_audit(SQLite::Database& database) {
  SQLite::Statement column(database, "SELECT 1 FROM pragma_table_info('audit') WHERE name = 'done_by'");
  return fmt::format(
      "SELECT key, timestamp_us, event, agent, session, client, pid, detail, hash, {} FROM audit "
      "WHERE key > ? ORDER BY key LIMIT ?",
      column.executeStep() ? "done_by" : "''");
}

ChainedAuditRow read_chained_audit(SQLite::Statement& rows) {
  ChainedAuditRow result;
  core::AuditAppended& row = result.row;
  row.key = rows.getColumn(0).getInt64();
  row.timestamp_us = rows.getColumn(1).getInt64();
  row.event = rows.getColumn(2).getString();
  row.agent = rows.getColumn(3).getInt64();
  row.session = rows.getColumn(4).getInt64();
  row.client = rows.getColumn(5).getString();
  row.pid = rows.getColumn(6).getInt64();
  row.detail = rows.getColumn(7).getString();
  row.actor = rows.getColumn(9).getString();
  result.hash = read_row_hash(rows, 8);
  return result;
}

std::string select_chained_evidence() {
  return fmt::format("SELECT hash, {} FROM evidence WHERE key > ? ORDER BY key LIMIT ?", kEvidenceColumns);
}

ChainedEvidenceRow read_chained_evidence(SQLite::Statement& rows) {
  return {read_evidence(rows, 1), read_row_hash(rows, 0)};
}

}  // namespace governor::daemon
