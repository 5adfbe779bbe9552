#pragma once

#include <cstdint>

#include "core/evidence_rules.hpp"

namespace governor::daemon {

/// What a person has configured about evidence.
struct EvidenceSettings {
  core::EvidenceRules rules = core::EvidenceRules::defaults();
  std::uint64_t keep_entries = 1'000'000;  ///< the newest of all agents; 0: all
  std::int64_t keep_days = 90;             ///< 0: for ever
  bool keep_commands = false;              ///< commands are kept with their arguments
  bool stop_on_reject =
      false;  ///< an agent whose decision is reject is held back once at the end of its turn
};

}  // namespace governor::daemon
