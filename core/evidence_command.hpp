#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/evidence.hpp"

namespace governor::core {

/// An item as whoever saw it gives it.
struct EvidenceGiven {
  EvidenceItem item;
  Provenance provenance = Provenance::measured;
};

/// What one event comes to. All of it is taken down, or nothing.
struct EvidenceCommand {
  /// More comes of no single event.
  static constexpr std::size_t kMaxItems = 64;

  std::string agent_id;
  std::string token_hash{};  ///< of the token given, empty when none
  /// Of an agent that is created by this: whose subagent it is. It belongs to whom its parent belongs. Must
  /// be loaded or known to be absent.
  std::string parent_id{};
  std::vector<EvidenceGiven> items;
  std::uint64_t source = 0;  ///< see Evidence::source
  std::int64_t at_us = 0;    ///< when it happened; 0: now
};

struct EvidenceOutcome {
  AgentKey agent = 0;
  std::string agent_id;
  bool known = false;        ///< this event was there already, and nothing changed
  std::size_t recorded = 0;  ///< items, with those that follow from them
  EvidenceKey last = 0;      ///< of the newest of them; 0: none
  std::uint32_t turn = 0;    ///< in which the agent is now
  std::string loop{};        ///< see evidence_loop(); empty: this closes none
};

}  // namespace governor::core
