#pragma once

#include <memory>
#include <string>

#include "daemon/mcp/prompt_catalogue.hpp"
#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// Makes the text of a prompt: what the model is asked for, and after it the results of the prompt's tools,
/// read on the path of the tools as a resource is. The result is that of prompts/get. Precondition:
/// refuse_prompt_argument has nothing against `given`, or it is empty.
std::unique_ptr<ToolCall> make_prompt_call(const Prompt& prompt, std::string given, Revision revision,
                                           const ToolEnvironment& environment);

}  // namespace governor::daemon
