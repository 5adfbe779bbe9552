#pragma once

#include <memory>
#include <string>

#include "daemon/resources/resource_uri.hpp"
#include "daemon/support/revision.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// Reads a resource on the path of the tools, so that what holds for their results holds for it: nothing is
/// shown before it is durable, and the figures are those of the tool. The result is that of resources/read.
/// A resource is the same for everybody, so no session's own agent or suffix plays a part.
std::unique_ptr<ToolCall> make_resource_call(std::string uri, const ResourceUri& resource, Revision revision,
                                             const ToolEnvironment& environment);

}  // namespace governor::daemon
