#pragma once

#include "core/alert.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// An alert as tools, resources and the alert command show it.
void write_alert(JsonWriter& json, const core::Alert& alert);

}  // namespace governor::daemon
