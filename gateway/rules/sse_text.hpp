#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace governor::gateway {

// Server-sent events as text. Data is one line.

std::string sse_event(std::string_view event, std::string_view data);
/// As MCP has them: with an id to go on from, and no name.
std::string sse_message(std::string_view id, std::string_view data);
/// Sent when nothing else was for so long, so that nobody takes the connection for dead.
inline constexpr std::chrono::seconds kSsePause{15};
inline constexpr std::string_view kSseKeepAlive = ": still here\n\n";

}  // namespace governor::gateway
