#pragma once

#include <string>
#include <string_view>

namespace governor::proxy {

// The one thing of MCP that the proxy knows: a request may open a stream of notifications, each of which
// names it.

/// The id, as JSON text, of the request whose stream the notification belongs to; empty for any other line.
std::string stream_of_notice(std::string_view line);

/// Whether the line is the request with this id.
bool opens_stream(std::string_view line, std::string_view id);

}  // namespace governor::proxy
