#pragma once

#include <vector>

#include "core/lease_commands.hpp"
#include "core/lease_table.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// A lease as tools, resources and hooks show it. `elsewhere`: the other leases for the same files in other
/// working trees.
void write_lease(JsonWriter& json, const core::Lease& lease,
                 const std::vector<const core::Lease*>& elsewhere = {});
/// Fields `agent_id`, `client`, `pid` and `subagent` of the open object.
void write_holder(JsonWriter& json, const core::LeaseHolder& holder);
/// Fields `worktree` and `branch`, as far as they are known.
void write_worktree(JsonWriter& json, const core::Worktree& worktree);
/// A request that waits, in the same form.
void write_waiter(JsonWriter& json, const core::LeaseTable::Waiter& waiter);
/// `holders`: who stands in the way of a request.
void write_obstacles(JsonWriter& json, const std::vector<core::LeaseObstacle>& obstacles);

}  // namespace governor::daemon
