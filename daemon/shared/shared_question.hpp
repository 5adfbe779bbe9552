#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/lease_commands.hpp"

namespace governor::daemon {

/// A request for a lease, as the other machines of its workspace are asked.
struct SharedQuestion {
  core::LeaseKey lease = 0;  ///< as which this daemon knows it
  std::string workspace;
  core::LeaseMode mode = core::LeaseMode::exclusive;
  std::vector<core::PathPattern> patterns;  ///< below the top of the workspace
  /// Those of them that are to be written, without a person's leave to write what others have protected.
  std::vector<core::PathPattern> guarded{};
  core::LeaseHolder holder;
  std::string reason;
  std::int64_t ttl_us = 0;   ///< for people: what a daemon has granted it also ends
  std::int64_t wait_us = 0;  ///< from now on, in the queue; not positive: not at all
};

/// What was granted and not taken yet: it is given back when the last one lets go of this.
class SharedClaim;

struct SharedAnswer {
  core::SharedVerdict verdict;
  std::shared_ptr<SharedClaim> claim{};  ///< of a grant
};

}  // namespace governor::daemon
