#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/behaviour.hpp"
#include "core/governance_state.hpp"
#include "core/keys.hpp"
#include "core/loop_detection.hpp"
#include "core/thresholds.hpp"
#include "core/update_record.hpp"

namespace governor::core {

/// Stored: never renumber, only append.
enum class Lifecycle : std::uint8_t { active = 0, paused = 1, archived = 2, deleted = 3 };

std::string_view to_string(Lifecycle status);

/// What a person has decided about an agent: no agent undoes it. Bits, stored: never renumber.
enum Ordered : std::uint8_t {
  kOrderedStatus = 1,     ///< paused or archived by a person
  kOrderedThresholds = 2  ///< its own thresholds, or that it has none
};

/// How the purpose of an agent begins that hooks have registered, as long as its client has given it no name.
inline constexpr std::string_view kPurposeOfHooks = "writes that the hooks of ";

/// What is known of an agent besides its governance: who it is, whose, and whether it may go on.
struct AgentProfile {
  AgentKey key = 0;
  std::string id;
  std::uint64_t version = 0;  ///< grows with every change of the profile
  SessionKey owner = 0;       ///< counts only while that session exists
  std::int64_t owner_since_us = 0;
  bool shared = true;      ///< open: any session of the user may update it
  std::string token_hash;  ///< hex SHA-256 of the token of the last registration; empty when none
  std::string purpose;
  std::string parent_id;
  std::vector<std::string> tags;
  std::string notes;
  std::int64_t created_us = 0;
  Lifecycle status = Lifecycle::active;
  std::string status_reason;  ///< in the words of whoever changed the status
  std::int64_t status_since_us = 0;
  bool pinned = false;                   ///< neither deleted nor archived for being idle
  std::uint32_t epoch = 1;               ///< grows with every reset
  std::uint64_t epoch_start = 0;         ///< number of the last update before this epoch
  std::optional<Thresholds> thresholds;  ///< its own set; none: those of the process
  LoopState loop;
  std::uint8_t ordered = 0;  ///< see Ordered
};

/// A governed identity with all that its next update needs.
struct Agent {
  AgentProfile profile;
  GovernanceState state;
  std::optional<UpdateRecord> last;  ///< of this epoch; none before its first update
  HistoryKey head = 0;               ///< newest row of its history, of whatever epoch
  std::uint64_t total = 0;           ///< updates in all epochs
  LoopWatch watch;
  Behaviour behaviour;  ///< of this epoch
};

}  // namespace governor::core
