#include "daemon/tools/path_reference.hpp"

#include "daemon/tools/agent_reference.hpp"

namespace governor::daemon {

core::LeasePath lease_path(const ResolvedPath& resolved) {
  core::LeasePath path;
  path.pattern = resolved.pattern ? core::PathPattern::glob(resolved.key)
                                  : core::PathPattern::literal(resolved.key);
  if (resolved.path != resolved.key) path.spelled = resolved.path;
  if (!resolved.pattern && resolved.identity.links > 1) {
    path.device = resolved.identity.device;
    path.inode = resolved.identity.inode;
  }
  return path;
}

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
