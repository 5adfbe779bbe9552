#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/support/revision.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The result of completion/complete: of more than 100 values the first 100.
std::string completion_json(std::vector<std::string> values, Revision revision);

/// The ids of agents that begin with `prefix`, in the order of the alphabet. The result is that of
/// completion/complete.
std::unique_ptr<ToolCall> make_agent_id_completion(std::string prefix, Revision revision);

/// The same for `governor://deployments/{id}`.
std::unique_ptr<ToolCall> make_deployment_id_completion(std::string prefix, Revision revision);

}  // namespace governor::daemon
