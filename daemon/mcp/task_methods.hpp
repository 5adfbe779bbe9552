#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "daemon/mcp/action.hpp"
#include "daemon/mcp/message.hpp"

namespace governor::daemon {

// The extension io.modelcontextprotocol/tasks of revision 2026-07-28: a deployment is such a task, under its
// own id. Its specification is in the repository modelcontextprotocol/ext-tasks.

inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

/// Whether the client that says this of itself, with the request, takes tasks instead of results.
bool takes_tasks(const boost::json::object& client_capabilities);

/// Whether a call of this tool may be answered with a task.
bool becomes_task(const Tool& tool);

/// tasks/get, tasks/update and tasks/cancel; none: it is another method. `user_can_be_asked`: the client has
/// said that it can.
std::optional<Action> interpret_task_request(const Request& request, Revision revision,
                                             const boost::json::object& client_capabilities,
                                             bool user_can_be_asked, const ToolEnvironment& environment);

/// The reply where the client has not said that it takes tasks and needs to.
std::string tasks_not_taken_reply(std::string_view id);

/// What the call of a tool for deployments has given, in the form that the envelope asks for, which is not
/// `Form::tool`.
std::string task_reply(const Envelope& envelope, const core::Result<std::string>& outcome);

}  // namespace governor::daemon
