#pragma once

#include <memory>

#include "gateway/http/exchange.hpp"
#include "gateway/mcp/mcp_sessions.hpp"

namespace governor::gateway {

/// MCP over Streamable HTTP: `POST`, `GET` and `DELETE /mcp`.
Task answer_mcp(McpSessions& sessions, std::shared_ptr<Exchange> exchange);

}  // namespace governor::gateway
