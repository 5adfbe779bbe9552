#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "core/change.hpp"
#include "daemon/store/row_chain.hpp"

namespace governor::daemon {

// Reading the rows of the chained tables for computing their chains anew.

RowHash read_row_hash(SQLite::Statement& row, int column);

/// A row of history or audit log, with the hash that is stored in it.
struct ChainedHistoryRow {
  core::UpdateAppended row;
  RowHash hash{};
};
struct ChainedAuditRow {
  core::AuditAppended row;
  RowHash hash{};
};

struct ChainedEvidenceRow {
  EvidenceRow row;
  RowHash hash{};
};

/// Parameters: the key after which to begin, and how many rows.
std::string select_chained_history();
ChainedHistoryRow read_chained_history(SQLite::Statement& rows);
/// Backups may be older than a column of it, which is empty then.
std::string select_chained_audit(SQLite::Database& database);
ChainedAuditRow read_chained_audit(SQLite::Statement& rows);
std::string select_chained_evidence();
ChainedEvidenceRow read_chained_evidence(SQLite::Statement& rows);

}  // namespace governor::daemon
