#pragma once

#include <vector>

#include "core/lease_commands.hpp"
#include "core/lease_table.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// A lease as tools, resources and hooks show it.
void write_lease(JsonWriter& json, const core::Lease& lease);
/// A request that waits, in the same form.
void write_waiter(JsonWriter& json, const core::LeaseTable::Waiter& waiter);
/// `holders`: who stands in the way of a request.
void write_obstacles(JsonWriter& json, const std::vector<core::LeaseObstacle>& obstacles);

}  // namespace governor::daemon
