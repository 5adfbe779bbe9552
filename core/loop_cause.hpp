#pragma once

#include <string>

namespace governor::core {

/// The cause of the alert about an agent's loop; it has one loop at a time.
inline std::string loop_cause(const std::string& agent_id) {
  return "loop/" + agent_id;
}

}  // namespace governor::core
