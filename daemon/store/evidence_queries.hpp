#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/evidence.hpp"

namespace governor::daemon {

// What a store is asked about evidence, and what it answers.

struct StoredEvidence {
  core::Evidence evidence;
  std::string agent_id;
};

struct EvidenceQuery {
  std::string agent_id;  ///< empty: of all
  bool oldest_first = false;
  core::EvidenceKey from = 0;  ///< what is beyond it is read, in that direction; 0: from the beginning
  std::size_t limit = 0;
};

struct EvidencePage {
  std::vector<StoredEvidence> rows;
  core::EvidenceKey next = 0;  ///< to go on from
  bool more = false;           ///< there may be rows beyond it
};

/// Looks for the oldest entries that need not be kept: they are too many, or too old and so are all before.
struct EvidencePruneScan {
  std::uint64_t keep_entries = 0;  ///< 0: as many as there are
  std::int64_t oldest_us = 0;      ///< those from before are too old

  core::EvidenceKey last = 0;  ///< up to which they may go; 0: none may
  std::uint64_t count = 0;
  std::string hash;   ///< of that entry, after which the chain goes on, in hexadecimal digits
  bool more = false;  ///< there may be others after it
};

}  // namespace governor::daemon
