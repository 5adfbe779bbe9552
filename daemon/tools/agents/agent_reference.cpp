#include "daemon/tools/agents/agent_reference.hpp"

#include <fmt/format.h>

#include "core/agent_id.hpp"
#include "daemon/support/sha256.hpp"

namespace governor::daemon {

core::Result<AgentReference> resolve_agent(const CallContext& context,
                                           const std::optional<std::string>& given) {
  const core::Session* session = context.state.find_session(context.caller.session);
  AgentReference reference;
  if (given) {
    reference.id = *given;
  } else if (session != nullptr && !session->agent_id.empty()) {
    reference.id = session->agent_id;
    return reference;
  } else {
    core::Error error(core::ErrorCode::invalid_argument,
                      "agent_id is missing, and this session has registered no agent.",
                      "Give agent_id, or call register_agent first.");
    error.field = "agent_id";
    error.expected = "1 to 128 characters of A-Z a-z 0-9 . _ -";
    return error;
  }
  if (core::is_generic_agent_id(reference.id) && session != nullptr) {
    // A hash, because whoever knows a session's own id could take the session over.
    const std::string suffix = sha256_hex(session->id + '/' + reference.id).substr(0, 8);
    reference.id += '_';
    reference.id += suffix;
    reference.generic = true;
  }
  return reference;
}

Step AgentCall::run(CallContext& context) {
  if (!context.begins) return run_on_agent(context);
  auto reference = resolve_agent(context, given_);
  if (!reference) return std::move(reference.error());
  id_ = std::move(reference->id);
  return Load{{id_}};
}

Step AgentOrAllCall::run(CallContext& context) {
  if (!context.begins || !agent_id_) return run_in_scope(context);
  auto reference = resolve_agent(context, agent_id_);
  if (!reference) return std::move(reference.error());
  agent_id_ = std::move(reference->id);
  return Load{{*agent_id_}};
}

void AgentOrAllCall::write_scope(JsonWriter& json) const {
  json.field("scope", agent_id_ ? "agent" : "process");
  if (agent_id_) json.field("agent_id", *agent_id_);
}

core::Error unknown_agent(const std::string& id) {
  core::Error error(core::ErrorCode::not_found, fmt::format("There is no agent \"{}\".", id),
                    "list_agents names those that exist; the first process_agent_update creates one.");
  error.field = "agent_id";
  error.given = id;
  return error;
}

void read_agent_filter(Arguments& arguments, AgentFilter& filter) {
  const std::string_view status = arguments.choice("status");
  filter.any_status = status == "all";
  for (const auto known : {core::Lifecycle::active, core::Lifecycle::paused, core::Lifecycle::archived,
                           core::Lifecycle::deleted}) {
    if (status == core::to_string(known)) filter.status = known;
  }
  const std::string_view health = arguments.choice("health");
  for (const auto known :
       {core::Health::unknown, core::Health::healthy, core::Health::degraded, core::Health::critical}) {
    if (health == core::to_string(known)) filter.health = known;
  }
  filter.tag = arguments.text("tag").value_or("");
  filter.text = arguments.text("text").value_or("");
}

}  // namespace governor::daemon
