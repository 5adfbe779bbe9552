#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/mcp/extension.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::conformance {

// What the suite wants, by subject. Names, texts and schemas are the suite's; its scenarios describe each.

/// Plain results: text, picture, sound, resource, several of them, an error, progress, a schema.
std::vector<daemon::Tool> content_tools();
/// The one that tells how far it is.
std::optional<daemon::Action> interpret_steps(const daemon::ExtensionRequest& given);

/// Those that ask the client's user by a message, in the revisions with sessions.
std::vector<daemon::Tool> asking_tools();
bool take_response(const daemon::Response& response);

/// Those that end with a question, in revision 2026-07-28.
std::vector<daemon::Tool> question_tools();
std::optional<daemon::Action> interpret_question(const daemon::ExtensionRequest& given);

/// Those that become tasks, each a deployment whose program is a shell script.
std::vector<daemon::Tool> task_tools();
/// The call that deploys this. Precondition: `agent_type` is an id.
daemon::ParsedCall deploy_script(std::string_view agent_type, std::string_view script,
                                 const daemon::ToolEnvironment& environment);

std::vector<std::string_view> prompt_entries();
std::optional<daemon::Action> interpret_prompt(const daemon::ExtensionRequest& given);

std::vector<std::string_view> resource_entries();
std::vector<std::string_view> template_entries();
std::optional<daemon::Action> interpret_resource(const daemon::ExtensionRequest& given);

}  // namespace governor::conformance
