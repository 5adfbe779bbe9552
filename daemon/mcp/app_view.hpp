#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "daemon/support/revision.hpp"

namespace governor::daemon {

// The extension MCP Apps (SEP-1865): views that a client shows in the chat, in a frame of their own.

inline constexpr std::string_view kAppsExtension = "io.modelcontextprotocol/ui";
inline constexpr std::string_view kAppMimeType = "text/html;profile=mcp-app";
inline constexpr std::string_view kFleetAppUri = "ui://governor/fleet";
inline constexpr std::string_view kFleetAppTool = "show_fleet";

/// Whether the client says that it shows views as they are written here.
bool shows_apps(const boost::json::object& client_capabilities);

/// The view of a tool's results; empty if it has none.
std::string_view app_of_tool(std::string_view tool);

/// The result of resources/read for the view.
std::string fleet_app_json(Revision revision);

/// The page of the view, which `gateway/page` makes.
std::string_view fleet_app_html();

}  // namespace governor::daemon
