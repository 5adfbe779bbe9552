#include "daemon/tools/agents/agent_json.hpp"

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {

void write_owner(JsonWriter& json, const core::Session& owner, const core::AgentProfile& profile) {
  json.begin_object();
  json.field("client", owner.client_name).field("pid", owner.process.pid);
  json.field("since", iso_timestamp(profile.owner_since_us));
  json.end_object();
}

void write_texts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_agent_summary(JsonWriter& json, const AgentSummary& agent, const core::State& state,
                         bool metrics) {
  const core::AgentProfile& profile = agent.profile;
  json.begin_object();
  json.field("agent_id", profile.id).field("status", core::to_string(profile.status));
  json.field("health", core::to_string(agent.last ? agent.last->health : core::Health::unknown));
  json.field("updates", agent.last ? agent.last->updates : std::uint64_t{0}).field("shared", profile.shared);
  if (profile.pinned) json.field("pinned", true);
  if (!profile.purpose.empty()) json.field("purpose", profile.purpose);
  if (!profile.parent_id.empty()) json.field("parent_agent_id", profile.parent_id);
  if (!profile.tags.empty()) {
    json.key("tags");
    write_texts(json, profile.tags);
  }
  if (const core::Session* owner = state.owner_of(profile)) {
    json.key("owner");
    write_owner(json, *owner, profile);
  }
  if (agent.last) {
    json.field("decision", core::to_string(agent.last->action));
    if (agent.last->timestamp_us != 0) json.field("last_update", iso_timestamp(agent.last->timestamp_us));
    if (metrics) {
      json.key("metrics").begin_object();
      json.field("coherence", agent.last->coherence).field("risk_score", agent.last->risk);
      json.field("verdict", core::to_string(agent.last->verdict)).end_object();
    }
  }
  json.end_object();
}

}  // namespace governor::daemon
