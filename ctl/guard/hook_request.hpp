#pragma once

#include <boost/json.hpp>
#include <string>

#include "ctl/context.hpp"
#include "ctl/guard/hook_call.hpp"

namespace governor::ctl {

/// Who asks, for a request to the daemon: the tool, its session, the worker, and the processes above the
/// hook.
boost::json::object hook_origin(const HookCall& call);

/// The directory of the project that Claude Code works in, as it says itself.
std::string project_directory(const Context& context, const HookCall& call);

}  // namespace governor::ctl
