#include "daemon/tools/coordination/path_reference.hpp"

#include "daemon/files/file_services.hpp"
#include "daemon/tools/agents/agent_reference.hpp"

namespace governor::daemon {

std::string working_directory(const CallContext& context) {
  const core::Session* session = context.state.find_session(context.caller.session);
  return session != nullptr ? session->working_directory : std::string();
}

std::string place_of(const std::string& given, const std::string& directory) {
  return given.starts_with('/') ? given : directory;
}

core::Result<ResolvedPath> callers_file(const std::string& given, const std::string& directory,
                                        const FileServices& files) {
  auto resolved = resolve_file(given, directory);
  if (!resolved) return resolved;
  if (auto refusal = files.own().refusal(*resolved)) return *std::move(refusal);
  return resolved;
}

core::Result<ResolvedPath> callers_path(const std::string& given, const std::string& directory,
                                        const FileServices& files) {
  auto resolved = resolve_path(given, directory);
  if (!resolved) return resolved;
  if (auto refusal = files.own().refusal(*resolved)) return *std::move(refusal);
  return resolved;
}

core::Result<std::string> acting_agent(const CallContext& context, const std::optional<std::string>& given) {
  const core::Session* session = context.state.find_session(context.caller.session);
  if (!given && (session == nullptr || session->agent_id.empty())) return std::string();
  auto reference = resolve_agent(context, given);
  if (!reference) return std::move(reference.error());
  return std::move(reference->id);
}

}  // namespace governor::daemon
