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

/// How far above a tool the program of its deployment may be.
constexpr std::size_t kMaxToolAncestors = 32;

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

std::string GuardActor::tool_session() const {
  return sha256_hex("hook\n" + origin_.kind + '\n' + origin_.session).substr(0, 32);
}

std::string GuardActor::own_agent_id() const {
  if (!deployed_agent_.empty()) return deployed_agent_;
  std::string name = origin_.session.substr(0, 8);
  // Whatever else a tool uses as an id must not become an agent's name as it is.
  if (core::validate_agent_id("agent_session", name)) name = sha256_hex(origin_.session).substr(0, 8);
  return origin_.kind + '-' + name;
}

std::string GuardActor::long_agent_id() const {
  return own_agent_id() + '-' + sha256_hex(origin_.session).substr(0, 8);
}

std::string GuardActor::own_token_hash() const {
  return sha256_hex("hook's token\n" + origin_.kind + '\n' + origin_.session);
}

bool GuardActor::is_anothers(core::State& state) const {
  const core::Agent* agent = is_own_name_ ? state.find_agent(agent_id_) : nullptr;
  return agent != nullptr && !agent->profile.token_hash.empty() &&
         agent->profile.token_hash != own_token_hash();
}

std::optional<Load> GuardActor::next_load(core::State& state) {
  if (agent_id_.empty()) return std::nullopt;
  if (loads_ == 0 || (loads_ == 1 && is_anothers(state))) {
    if (loads_++ == 1) agent_id_ = long_agent_id();
    return Load{{agent_id_}};
  }
  return std::nullopt;
}

std::string GuardActor::evidence_agent_id() const {
  return agent_id_.empty() ? own_agent_id() : agent_id_;
}

std::string GuardActor::subagent_id() const {
  if (origin_.worker.empty() || origin_.worker == core::kMainWorker) return {};
  const std::string parent = evidence_agent_id();
  if (parent.size() + 1 + origin_.worker.size() <= core::kMaxAgentIdLength)
    return parent + '.' + origin_.worker;
  const std::string suffix = '.' + sha256_hex(origin_.worker).substr(0, 16);
  return parent.substr(0, core::kMaxAgentIdLength - suffix.size()) + suffix;
}

void GuardActor::note_sessions(const core::State& state) {
  candidates_.clear();
  deployed_.clear();
  for (const core::DeploymentKey key : state.deployments().live()) {
    const core::Deployment& deployment = *state.deployments().find(key);
    deployed_.push_back({deployment.order.id, deployment.standing.keeper, deployment.standing.process});
  }
  for (const auto& [key, session] : state.sessions()) {
    if (session.resumable && session.process.pid > 0 && !session.is_hooks() && !session.passing)
      candidates_.push_back({key, static_cast<pid_t>(session.process.pid), session.agent_id});
  }
}

void GuardActor::find_deployment() {
  ancestors_.clear();
  deployed_agent_.clear();
  if (!tool_ || deployed_.empty()) return;
  for (const ipc::ProcessIdentity& process : ipc::process_ancestors(tool_->pid, kMaxToolAncestors)) {
    ancestors_.push_back(session_process(process));
    const auto found = std::find_if(deployed_.begin(), deployed_.end(), [&](const Deployed& deployed) {
      return deployed.process == ancestors_.back() || deployed.keeper == ancestors_.back();
    });
    if (found != deployed_.end() && deployed_agent_.empty()) deployed_agent_ = found->agent_id;
  }
}

void GuardActor::look_around() {
  loads_ = 0;
  client_ = 0;
  const pid_t tool = tool_among(origin_.pids);
  tool_ = ipc::identify_process(tool);
  find_deployment();
  agent_id_ = own_agent_id();
  is_own_name_ = deployed_agent_.empty();
  if (!tool_) return;
  for (const Candidate& candidate : candidates_) {
    // The newest, should a tool have started several.
    if (candidate.key > client_ && ipc::parent_process(candidate.pid) == tool) {
      client_ = candidate.key;
      is_own_name_ = candidate.agent_id.empty() && deployed_agent_.empty();
      agent_id_ = candidate.agent_id.empty() ? own_agent_id() : candidate.agent_id;
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
  const core::Session* session = context.state.find_session(tool_session());
  if (session == nullptr) return {};
  const bool loaded = session->agent_id == agent_id_ && context.state.find_agent(agent_id_) != nullptr;
  return {{session->key, 0, origin_.worker}, loaded ? agent_id_ : std::string()};
}

core::Result<GuardActor::Acting> GuardActor::take_up(CallContext& context) {
  if (client_ != 0) {
    Acting acting = as_client(context);
    if (const core::Session* session = context.state.find_session(acting.caller.session)) {
      // Until its client has a name of its own, the tool goes by that of its hooks: one agent for both.
      auto own = session->agent_id.empty() ? register_own(context, acting.caller) : std::string();
      if (own && !own->empty()) acting.agent_id = *std::move(own);
      return acting;
    }
    // It has gone meanwhile; the tool is still there.
    client_ = 0;
    agent_id_ = own_agent_id();
  }
  core::State& state = context.state;
  const core::SessionProcess process = tool_ ? session_process(*tool_) : core::SessionProcess{};
  core::Session* session = state.find_session(tool_session());
  const bool is_deployed_unknown =
      session != nullptr && session->ancestors.empty() && !deployed_agent_.empty();
  if (session == nullptr || !(session->process == process) || is_deployed_unknown) {
    core::Session fresh;
    fresh.id = tool_session();
    fresh.process = process;
    fresh.ancestors = ancestors_;
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
  auto registered = register_own(context, caller);
  if (!registered) return std::move(registered.error());
  return Acting{caller, *std::move(registered)};
}

core::Result<std::string> GuardActor::register_own(CallContext& context, const core::Caller& caller) const {
  core::State& state = context.state;
  if (state.presence(agent_id_) == core::State::Presence::not_loaded) return std::string();
  const core::Session* session = state.find_session(caller.session);
  const core::Agent* agent = state.find_agent(agent_id_);
  const bool is_its_own =
      agent != nullptr && agent->profile.owner == session->key && session->agent_id == agent_id_ &&
      agent->profile.status != core::Lifecycle::archived && agent->profile.status != core::Lifecycle::deleted;
  if (is_its_own) return agent_id_;
  core::RegisterCommand command;
  command.agent_id = agent_id_;
  // The same session of the tool comes back to what it held.
  command.token_hash = command.new_token_hash = own_token_hash();
  if (agent == nullptr) command.purpose = std::string(core::kPurposeOfHooks) + origin_.kind + " report";
  auto registered = state.register_agent(caller, std::move(command), context.now_us, context.changes);
  if (!registered) return std::move(registered.error());
  return agent_id_;
}

}  // namespace governor::daemon
