#include "daemon/tools/path_reference.hpp"

#include "daemon/tools/agent_reference.hpp"

namespace governor::daemon {

std::string working_directory(const CallContext& context) {
  const core::Session* session = context.state.find_session(context.caller.session);
  return session != nullptr ? session->working_directory : std::string();
}

core::Result<std::string> acting_agent(const CallContext& context, const std::optional<std::string>& given) {
  const core::Session* session = context.state.find_session(context.caller.session);
  if (!given && (session == nullptr || session->agent_id.empty())) return std::string();
  auto reference = resolve_agent(context, given);
  if (!reference) return std::move(reference.error());
  return std::move(reference->id);
}

}  // namespace governor::daemon
