#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/change.hpp"
#include "daemon/store/evidence_row.hpp"

namespace governor::daemon {

/// The first 16 bytes of a SHA-256.
using RowHash = std::array<std::uint8_t, 16>;

// What a row's hash covers, besides the hash of the row before it: every column, in a fixed binary form.
std::string chained_bytes(const core::UpdateAppended& row);
std::string chained_bytes(const core::AuditAppended& row);
std::string chained_bytes(const EvidenceRow& row);
RowHash chain_hash(const RowHash& previous, std::string_view bytes);

/// The chain of the evidence does not begin at its first entry once old ones are forgotten: in this row of
/// the table `chain` are how many there were, the key of the last of them, and its hash, from which the next
/// entry's is computed.
inline constexpr const char* kEvidenceBegin = "evidence begin";

/// Chains the rows of one table, each hash covering the row and the hash before: a row that is changed,
/// removed or moved is found by computing them again. The end of the chain is stored apart, so that rows
/// missing at the end are found too. Who may write the file can compute everything anew: this finds damage
/// and clumsy hands.
class RowChain {
 public:
  /// `name` is that of the table.
  RowChain(SQLite::Database& database, std::string name);

  struct End {
    std::uint64_t entries = 0;
    std::int64_t last = 0;  ///< key of the last row
    RowHash hash{};
  };

  /// Hash of the next row. Counts only once `save` and the transaction have succeeded.
  RowHash append(std::int64_t key, std::string_view bytes);
  /// For what is summed up and no chain, and where rows are taken away.
  void set_pending(const End& end) { end_ = end; }
  /// Within the transaction: stores the end, if it moved.
  void save();
  void committed() { stored_ = end_; }
  void rolled_back() { end_ = stored_; }
  /// Takes the end as the database has it.
  void load();
  [[nodiscard]] const End& end() const { return stored_; }
  /// With what the present transaction has appended.
  [[nodiscard]] const End& pending() const { return end_; }

 private:
  std::string name_;
  SQLite::Database& database_;
  SQLite::Statement save_;
  End end_;
  End stored_;
};

}  // namespace governor::daemon
