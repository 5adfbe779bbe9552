#pragma once

#include <string_view>

#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

inline constexpr std::string_view kGatewayClient = "governor-gateway";

/// The session of the gateway that makes this call; null: somebody else makes it.
inline const core::Session* gateway_session(const CallContext& context) {
  const auto& sessions = context.state.sessions();
  const auto found = sessions.find(context.caller.session);
  return found == sessions.end() || found->second.client_name != kGatewayClient ? nullptr : &found->second;
}

}  // namespace governor::daemon
