#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/store/chain_scan.hpp"
#include "daemon/store/row_seals.hpp"
#include "daemon/store/salvage.hpp"

namespace governor::daemon {

/// What a recovery found and did.
struct RecoveryFacts {
  std::string trouble;        ///< why the database could not be used, such as "it is empty"
  std::string restored_from;  ///< by a person, who wanted it; empty: the database could not be used
  std::string set_aside;      ///< where it lies now; empty: there was none
  std::string backup;         ///< what holes were filled from; empty: there was none
  std::vector<SalvagedTable> tables;
  HistoryScan history;  ///< of the database as it is now
  ChainScan audit;
  ChainScan evidence;
  std::uint64_t updates_missing = 0;
  std::uint64_t entries_missing = 0;  ///< of the audit log
  std::uint64_t evidence_missing = 0;
  bool end_is_known = false;                        ///< how far the database had come
  std::map<core::AgentKey, std::string> agent_ids;  ///< of those that are known
  std::uint64_t agents_missing = 0;                 ///< that have updates
  std::vector<UnsealedRows> unsealed;
  std::int64_t newest_us = 0;  ///< time of the newest update; 0: there is none

  /// Not everything that was acknowledged is surely there.
  [[nodiscard]] bool has_loss() const;
};

/// For people: what happened, what is missing of whom, and how to look into what was set aside.
std::string describe(const RecoveryFacts& facts);

}  // namespace governor::daemon
