#pragma once

#include <boost/json/object.hpp>

#include "core/agent_import.hpp"
#include "core/result.hpp"

namespace governor::daemon {

/// One agent of a governor/import request, checked.
core::Result<core::AgentImport> parse_agent_import(const boost::json::object& agent);

}  // namespace governor::daemon
