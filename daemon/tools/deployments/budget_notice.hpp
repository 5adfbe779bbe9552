#pragma once

#include <string>

#include "core/state.hpp"

namespace governor::daemon {

/// What the deployed agent of that id reads of its budget when a tool of it is done; empty: nothing, or it
/// was told within the last minutes.
inline std::string budget_notice(core::State& state, const std::string& agent_id, std::int64_t now_us) {
  std::string text = state.budget_note(agent_id, now_us);
  if (!text.empty() && !state.told().tell("budget/" + agent_id, now_us)) text.clear();
  return text;
}

}  // namespace governor::daemon
