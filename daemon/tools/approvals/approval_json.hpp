#pragma once

#include "core/approval.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// A request to a person as tools, resources and governorctl show it.
void write_approval(JsonWriter& json, const core::Approval& approval);

}  // namespace governor::daemon
