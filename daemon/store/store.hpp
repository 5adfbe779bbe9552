#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/change.hpp"
#include "core/result.hpp"
#include "core/state.hpp"

namespace governor::daemon {

/// One page of an agent's history, newest first.
struct HistoryPage {
  std::string agent_id;
  std::uint64_t total = 0;  ///< updates of the agent in all
  std::vector<core::UpdateRecord> rows;
};

/// One row of a list of agents: who it is and its newest update, if it has one.
struct AgentSummary {
  core::AgentProfile profile;
  std::optional<core::UpdateRecord> last;
};

struct AgentPage {
  std::uint64_t total = 0;  ///< agents in all
  std::vector<AgentSummary> agents;
  bool more = false;
};

/// Where state is durable. Not thread-safe: whoever runs it owns it for that time (see StoreThread). All
/// functions may block on the disk; their errors are `storage_unavailable` with the reason.
class Store {
 public:
  virtual ~Store() = default;

  /// Applies all changes or none. When it returns no error they survive a crash of the machine.
  virtual std::optional<core::Error> commit(std::span<const core::Change> changes) = 0;

  /// Everything a state starts from: highest keys, sessions and their answers.
  virtual core::Result<core::StateSeed> load_seed() = 0;

  /// The agent with all that its next update needs; none if there is no such agent.
  virtual core::Result<std::optional<core::Agent>> load_agent(const std::string& id) = 0;

  /// The id of an agent; none if there is no such agent.
  virtual core::Result<std::optional<std::string>> load_agent_id(core::AgentKey key) = 0;

  /// One row of history with its agent's id; none if there is no such row.
  virtual core::Result<std::optional<core::UpdateOutcome>> load_update(core::HistoryKey key) = 0;

  /// Updates below number `before` (0: from the newest), at most `limit`; none if there is no such agent.
  virtual core::Result<std::optional<HistoryPage>> load_history(const std::string& agent_id,
                                                                std::uint64_t before, std::size_t limit) = 0;

  /// Agents by id, after the id `after` (empty: from the first), at most `limit`.
  virtual core::Result<AgentPage> list_agents(const std::string& after, std::size_t limit) = 0;
};

}  // namespace governor::daemon
