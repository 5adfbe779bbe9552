#pragma once

#include <cstdint>
#include <string>

#include "core/lease.hpp"

namespace governor::core {

/// Files that nobody writes without a person's leave.
struct Protection {
  LeasePath path;
  std::string reason;
  std::string by;  ///< the client that asked for it
  std::int64_t since_us = 0;
  bool configured = false;  ///< it stands in the configuration, and only there it can be taken back
};

/// A protection on another machine, of what lies in a shared workspace.
struct ProtectionElsewhere {
  PathPattern pattern = PathPattern::literal("");  ///< below the top of the workspace
  std::string reason{};
  std::int64_t since_us = 0;  ///< 0: it stands in the configuration there
  std::string host{};
  std::string who{};  ///< whose daemon it is there
};

/// A person's leave to write protected files, for a while.
struct Unlock {
  LeasePath path;
  std::string agent_id;  ///< empty: whoever has a lease
  std::string reason;
  std::string by;
  std::int64_t granted_us = 0;
  std::int64_t until_us = 0;

  [[nodiscard]] bool allows(const LeasePath& wanted, const std::string& agent, std::int64_t now_us) const {
    return now_us < until_us && (agent_id.empty() || agent_id == agent) &&
           path.pattern.covers(wanted.pattern);
  }
};

}  // namespace governor::core
