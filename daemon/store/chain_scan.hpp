#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/keys.hpp"
#include "daemon/store/row_chain.hpp"

namespace governor::daemon {

/// Keys from `first` to `last`.
struct KeyRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  [[nodiscard]] std::uint64_t count() const { return static_cast<std::uint64_t>(last - first) + 1; }
};

/// What of `range` is in none of the others, which are in order.
std::vector<KeyRange> without(KeyRange range, const std::vector<KeyRange>& others);

/// What the chain of a table says about its rows.
struct ChainScan {
  std::vector<KeyRange> missing;      ///< rows that were there once
  std::vector<std::int64_t> changed;  ///< rows that do not fit the one before them
  RowChain::End end;                  ///< rows that are there, key and hash of the last
};

/// Updates of an agent that are missing, by their numbers.
struct MissingUpdates {
  core::AgentKey agent = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// Losses that were told before, from the table `loss`; none if there is no such table.
std::vector<KeyRange> known_losses(SQLite::Database& database, const std::string& table);

/// The whole history: its chain, and what of whom is missing.
struct HistoryScan : ChainScan {
  std::vector<MissingUpdates> updates;
  std::map<core::AgentKey, std::uint64_t> newest;  ///< number of each agent's newest update
};

/// Without losses that are known.
HistoryScan scan_history(SQLite::Database& database);
ChainScan scan_audit(SQLite::Database& database);
/// Backups may be older than the table, and then have none.
ChainScan scan_evidence(SQLite::Database& database);

}  // namespace governor::daemon
