#pragma once

#include <string>
#include <string_view>

namespace governor::proxy {

// The one thing of MCP that the proxy knows: notifications that tell of a request which is not answered yet.
// It may have opened a stream, or it tells how far it has come.

/// The id, as JSON text, of the request whose stream the notification belongs to; empty for any other line.
std::string stream_of_notice(std::string_view line);
/// Whether the line is the request with this id.
bool opens_stream(std::string_view line, std::string_view id);

/// The token, as JSON text, of a notification of progress; empty for any other line.
std::string token_of_notice(std::string_view line);
/// Whether the line is a request that asked for progress with this token.
bool asks_for_progress(std::string_view line, std::string_view token);

}  // namespace governor::proxy
