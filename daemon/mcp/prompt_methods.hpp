#pragma once

#include <optional>
#include <string_view>

#include "daemon/mcp/action.hpp"
#include "daemon/mcp/message.hpp"

namespace governor::daemon {

bool is_prompt_method(std::string_view method);

/// prompts/list and prompts/get, which are the same in every revision; none for another method.
std::optional<Action> interpret_prompt_request(const Request& request, Revision revision,
                                               const ToolEnvironment& environment);

/// completion/complete for the argument of a prompt.
Action complete_prompt_argument(const Request& request, std::string_view prompt, std::string_view argument,
                                std::string_view prefix, Revision revision);

}  // namespace governor::daemon
