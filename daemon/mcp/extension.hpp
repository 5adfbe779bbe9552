#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/mcp/action.hpp"
#include "daemon/mcp/message.hpp"

namespace governor::daemon {

/// A request as an extension sees it, before governor looks for what it is about.
struct ExtensionRequest {
  const Request& request;
  Revision revision;
  const boost::json::object* client_capabilities;  ///< of this request; null in the older revisions
  const ToolEnvironment& environment;
};

/// What a program offers over MCP besides what governor has, and besides tools (`add_tools`). governord
/// offers nothing more; the daemon of the conformance tests has what their suite looks for. The texts live as
/// long as the program.
struct Extension {
  // Entries of the lists, each a JSON object, which come after governor's own.
  std::vector<std::string_view> prompts{};
  std::vector<std::string_view> resources{};
  std::vector<std::string_view> resource_templates{};
  /// None: the request is about nothing that the extension has.
  std::optional<Action> (*interpret)(const ExtensionRequest& given) = nullptr;
  /// False: it is no answer to a question of the extension's. Called by each of the daemon's threads.
  bool (*take_response)(const Response& response) = nullptr;
};

/// Only before the first request, while the program has one thread.
void extend(Extension extension);

const Extension& extension();
std::optional<Action> interpret_extension(const ExtensionRequest& given);
bool take_by_extension(const Response& response);

}  // namespace governor::daemon
