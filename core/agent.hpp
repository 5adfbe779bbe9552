#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/governance_state.hpp"
#include "core/keys.hpp"
#include "core/update_record.hpp"

namespace governor::core {

/// What is known of an agent besides its governance: who it is and whose.
struct AgentProfile {
  AgentKey key = 0;
  std::string id;
  std::uint64_t version = 0;  ///< grows with every change of the profile
  SessionKey owner = 0;       ///< counts only while that session exists
  bool shared = true;         ///< open: any session of the user may update it
  std::string token_hash;     ///< hex SHA-256 of the token of the last registration; empty when none
  std::string purpose;
  std::string parent_id;
  std::vector<std::string> tags;
  std::string notes;
  std::int64_t created_us = 0;
};

/// A governed identity with all that its next update needs.
struct Agent {
  AgentProfile profile;
  GovernanceState state;
  std::optional<UpdateRecord> last;  ///< none before the first update
};

}  // namespace governor::core
