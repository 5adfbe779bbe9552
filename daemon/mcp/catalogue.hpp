#pragma once

#include <string>
#include <vector>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/revision.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// How long a client may keep a list: it changes only with the daemon's build.
void write_list_caching(JsonWriter& json);

/// The result of tools/list, in the form of the revision. Always in the same order. `apps`: with the views of
/// tools that have one.
std::string tool_list_json(const std::vector<const Tool*>& tools, Revision revision, bool apps = false);

/// The result of initialize (legacy) and of server/discover (stateless).
std::string initialize_json(Revision revision);
std::string discover_json();

}  // namespace governor::daemon
