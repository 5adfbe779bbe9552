#include "daemon/state/status_json.hpp"

#include <algorithm>
#include <vector>

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

void write_session(JsonWriter& json, const core::Session& session, bool connected) {
  json.begin_object();
  // A part only: whoever knows the whole id could take the session over.
  json.field("session", session.id.substr(0, 8)).field("client", session.client_name);
  json.field("client_version", session.client_version).field("pid", session.process.pid);
  json.field("revision", session.revision).field("agent", session.agent_id).field("connected", connected);
  json.field("unconfirmed", static_cast<std::uint64_t>(session.answers.size()));
  json.field("since", iso_timestamp(session.created_us)).end_object();
}

}  // namespace

std::string status_json(const ServerFacts& facts, const Counters& counters, const core::State& state,
                        const std::function<bool(const core::Session&)>& connected) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_health_fields(json, facts, counters, std::chrono::steady_clock::now());
  json.field("protocol", 1).field("socket", facts.socket).field("runtime_directory", facts.runtime_directory);
  json.field("state_directory", facts.state_directory).field("database", facts.database);
  json.field("log_file", facts.log_file).field("io_threads", facts.io_threads);
  json.field("idle_exit_seconds", facts.idle_exit_seconds);
  json.key("latency").begin_object().field("p50_ms", counters.request_latency.quantile_ms(0.50));
  json.field("p99_ms", counters.request_latency.quantile_ms(0.99))
      .field("max_ms", counters.request_latency.max_ms());
  json.end_object();
  json.key("agents")
      .begin_object()
      .field("stored", state.agent_count())
      .field("loaded", static_cast<std::uint64_t>(state.loaded_agents()))
      .end_object();

  json.field("subscriptions", counters.subscriptions.load());

  std::vector<const core::Session*> sessions;
  for (const auto& [key, session] : state.sessions()) {
    if (!session.passing) sessions.push_back(&session);
  }
  std::sort(sessions.begin(), sessions.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
  json.key("session_list").begin_array();
  for (const core::Session* session : sessions) write_session(json, *session, connected(*session));
  json.end_array().end_object();
  return text;
}

}  // namespace governor::daemon
