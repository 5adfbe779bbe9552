#pragma once

#include <optional>
#include <string>

#include "core/result.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The agent that a call is about, as the session sees it.
struct AgentReference {
  std::string id;
  bool generic = false;  ///< a generic id was given and made unique for the session
};

/// Resolves the `agent_id` of a call: the one given, else the one that the session registered last. A generic
/// id gets a suffix that belongs to the session, so that two clients which both say `test` do not share an
/// agent.
core::Result<AgentReference> resolve_agent(const CallContext& context,
                                           const std::optional<std::string>& given);

/// Reads the arguments `status`, `health`, `tag` and `text` of a list of agents.
void read_agent_filter(Arguments& arguments, AgentFilter& filter);

}  // namespace governor::daemon
