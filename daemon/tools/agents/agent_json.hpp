#pragma once

#include "core/state.hpp"
#include "daemon/store/queries.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// `{"client", "pid", "since"}`: who holds the agent, and since when.
void write_owner(JsonWriter& json, const core::Session& owner, const core::AgentProfile& profile);

/// One row of list_agents.
void write_agent_summary(JsonWriter& json, const AgentSummary& agent, const core::State& state, bool metrics);

void write_texts(JsonWriter& json, const std::vector<std::string>& texts);

}  // namespace governor::daemon
