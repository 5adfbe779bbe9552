#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <string_view>

#include "ctl/context.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// As long as the clients of agents give a start.
inline constexpr std::chrono::seconds kStartPatience{10};

/// Connects to the daemon that the context means, and starts it if there is none, as the clients of agents
/// do. no_daemon, with the reason, if that was in vain.
ipc::Result<ipc::Client> connect_to_daemon(const Context& context, ipc::Deadline deadline,
                                           std::chrono::milliseconds start_patience = kStartPatience);

/// The same for a question about the daemon itself, or one that makes do without it: never starts one.
/// no_daemon, with the next step, if there is none.
ipc::Result<ipc::Client> connect_if_running(const Context& context, ipc::Deadline deadline);

/// A governor/* method; its result must be an object.
ipc::Result<boost::json::object> call_method(ipc::Client& client, std::string_view method,
                                             boost::json::object params, ipc::Deadline deadline);

/// A tool; the structured content of its result. A refusal by the tool is remote_error with its text.
ipc::Result<boost::json::object> call_tool(ipc::Client& client, std::string_view name,
                                           boost::json::object arguments, ipc::Deadline deadline);

/// The structured content of a tools/call result, or the refusal it holds.
ipc::Result<boost::json::object> structured_content(const boost::json::value& result, std::string_view tool);

}  // namespace governor::ctl
