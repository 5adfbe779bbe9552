#pragma once

#include <memory>

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The daemon's own call at its start: writes that the last run did not end are taken down as what they have
/// become, and what they left beside files is looked at.
const Tool& interrupted_writes_request();
std::unique_ptr<ToolCall> make_interrupted_writes_call(const core::State& state);

}  // namespace governor::daemon
