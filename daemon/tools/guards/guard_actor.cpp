#include "daemon/tools/guards/guard_actor.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <utility>

#include "core/agent_id.hpp"
#include "daemon/support/sha256.hpp"

namespace governor::daemon {
namespace {

bool is_shell(const std::string& name) {
  static constexpr std::array<std::string_view, 7> kShells{"sh", "bash", "zsh", "dash", "fish", "ksh", "ash"};
  return std::find(kShells.begin(), kShells.end(), name) != kShells.end();
}

core::SessionProcess session_process(const ipc::ProcessIdentity& identity) {
  return {identity.pid, identity.start_time, identity.boot_id};
}

}  // namespace

std::vector<pid_t> read_pids(Arguments& arguments) {
  std::vector<pid_t> pids;
  for (const double pid : arguments.numbers("pids")) pids.push_back(static_cast<pid_t>(pid));
  return pids;
}

HookOrigin read_origin(Arguments& arguments) {
  HookOrigin origin;
  origin.kind = arguments.text("agent_kind").value_or("");
  origin.session = arguments.text("agent_session").value_or("");
  origin.cwd = arguments.text("cwd").value_or("");
  origin.pids = read_pids(arguments);
  if (auto error = core::validate_agent_id("agent_kind", origin.kind); error && !origin.kind.empty())
    arguments.refuse(*std::move(error));
  origin.worker = arguments.text("subagent").value_or("");
  if (origin.worker.empty()) {
    origin.worker = core::kMainWorker;
  } else if (core::validate_agent_id("subagent", origin.worker)) {
    // Whatever it is, it must not come into texts as it is.
    origin.worker = sha256_hex(origin.worker).substr(0, 16);
  }
  origin.use = arguments.text("tool_use").value_or("");
  return origin;
}

pid_t tool_among(const std::vector<pid_t>& pids) {
  const auto found =
      std::find_if(pids.begin(), pids.end(), [](pid_t pid) { return !is_shell(ipc::process_name(pid)); });
  return found == pids.end() ? 0 : *found;
}

GuardActor::GuardActor(HookOrigin origin) : origin_(std::move(origin)) {}

std::string GuardActor::session_id() const {
  return sha256_hex("hook\n" + origin_.kind + '\n' + origin_.session).substr(0, 32);
}

std::string GuardActor::own_agent_id() const {
  std::string name = origin_.session.substr(0, 8);
  // Whatever else a tool uses as an id must not become an agent's name as it is.
  if (core::validate_agent_id("agent_session", name)) name = sha256_hex(origin_.session).substr(0, 8);
  return origin_.kind + '-' + name;
}

void GuardActor::note_sessions(const core::State& state) {
  candidates_.clear();
  for (const auto& [key, session] : state.sessions()) {
    if (session.resumable && session.process.pid > 0 && !session.is_hooks() && !session.passing)
      candidates_.push_back({key, static_cast<pid_t>(session.process.pid), session.agent_id});
  }
}

void GuardActor::look_around() {
  agent_id_ = own_agent_id();
  client_ = 0;
  const pid_t tool = tool_among(origin_.pids);
  tool_ = ipc::identify_process(tool);
  if (!tool_) return;
  for (const Candidate& candidate : candidates_) {
    // The newest, should a tool have started several.
    if (candidate.key > client_ && ipc::parent_process(candidate.pid) == tool) {
      client_ = candidate.key;
      agent_id_ = candidate.agent_id;
    }
  }
}

GuardActor::Acting GuardActor::as_client(CallContext& context) const {
  const core::Session* session = context.state.find_session(client_);
  if (session == nullptr) return {};
  // Registered only now: then it is not loaded, and the session itself acts.
  const bool loaded =
      session->agent_id == agent_id_ && !agent_id_.empty() && context.state.find_agent(agent_id_) != nullptr;
  return {{client_, 0, origin_.worker}, loaded ? agent_id_ : std::string()};
}

GuardActor::Acting GuardActor::find(CallContext& context) const {
  if (client_ != 0) return as_client(context);
  const core::Session* session = context.state.find_session(session_id());
  if (session == nullptr) return {};
  const bool loaded = session->agent_id == agent_id_ && context.state.find_agent(agent_id_) != nullptr;
  return {{session->key, 0, origin_.worker}, loaded ? agent_id_ : std::string()};
}

core::Result<GuardActor::Acting> GuardActor::take_up(CallContext& context) {
  if (client_ != 0) {
    const Acting acting = as_client(context);
    if (acting.caller.session != 0) return acting;
    // It has gone meanwhile; the tool is still there.
    client_ = 0;
    agent_id_ = own_agent_id();
  }
  core::State& state = context.state;
  const core::SessionProcess process = tool_ ? session_process(*tool_) : core::SessionProcess{};
  core::Session* session = state.find_session(session_id());
  if (session == nullptr || !(session->process == process)) {
    core::Session fresh;
    fresh.id = session_id();
    fresh.process = process;
    fresh.resumable = tool_.has_value();  // else nobody could tell when it is over
    fresh.client_name = origin_.kind;
    fresh.working_directory = origin_.cwd;
    fresh.tools = core::kHookTools;
    fresh.role = core::Role::guard;
    fresh.created_us = context.now_us;
    bool resumed = false;
    session = &state.open_session(std::move(fresh), resumed, context.changes);
  }
  const core::Caller caller{session->key, 0, origin_.worker};
  if (state.presence(agent_id_) == core::State::Presence::not_loaded) return Acting{caller, {}};
  const core::Agent* agent = state.find_agent(agent_id_);
  const bool is_its_own =
      agent != nullptr && agent->profile.owner == session->key && session->agent_id == agent_id_ &&
      agent->profile.status != core::Lifecycle::archived && agent->profile.status != core::Lifecycle::deleted;
  if (!is_its_own) {
    core::RegisterCommand command;
    command.agent_id = agent_id_;
    // The same session of the tool comes back to what it held.
    command.token_hash = command.new_token_hash =
        sha256_hex("hook's token\n" + origin_.kind + '\n' + origin_.session);
    if (agent == nullptr) command.purpose = "writes that the hooks of " + origin_.kind + " report";
    auto registered = state.register_agent(caller, std::move(command), context.now_us, context.changes);
    if (!registered) return std::move(registered.error());
  }
  return Acting{caller, agent_id_};
}

}  // namespace governor::daemon
