#include "core/state.hpp"

#include <fmt/format.h>

#include "core/governance_model.hpp"

namespace governor::core {

State::State(Thresholds thresholds, StateSeed seed)
    : thresholds_(thresholds), keys_(seed.keys), slots_(seed.keys.slot), agent_count_(seed.agents) {
  for (Session& session : seed.sessions) {
    for (const auto& [number, answer] : session.answers) slots_.mark_used(answer.slot);
    session_keys_.emplace(session.id, session.key);
    const SessionKey key = session.key;
    sessions_.emplace(key, std::move(session));
  }
}

Session& State::open_session(Session fresh, bool& resumed, Changes& changes) {
  Session* session = find_session(fresh.id);
  resumed = session != nullptr;
  if (session != nullptr) {
    session->process = std::move(fresh.process);
    session->working_directory = std::move(fresh.working_directory);
    session->tools = std::move(fresh.tools);
  } else {
    fresh.key = ++keys_.session;
    session_keys_.emplace(fresh.id, fresh.key);
    const SessionKey key = fresh.key;
    session = &sessions_.emplace(key, std::move(fresh)).first->second;
  }
  save_session(*session, changes);
  return *session;
}

void State::save_session(const Session& session, Changes& changes) const {
  SessionSaved saved{session};
  saved.session.answers.clear();
  changes.emplace_back(std::move(saved));
}

void State::end_session(SessionKey key, Changes& changes) {
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) return;
  for (const auto& [number, answer] : found->second.answers) slots_.release(answer.slot);
  session_keys_.erase(found->second.id);
  sessions_.erase(found);
  changes.emplace_back(SessionEnded{key});
}

void State::confirm_answers(SessionKey key, std::uint64_t below, const std::vector<std::uint64_t>& also) {
  Session* session = find_session(key);
  if (session == nullptr) return;
  auto& answers = session->answers;
  const auto last = answers.lower_bound(below);
  for (auto it = answers.begin(); it != last; it = answers.erase(it)) slots_.release(it->second.slot);
  for (const std::uint64_t number : also) {
    const auto found = answers.find(number);
    if (found == answers.end()) continue;
    slots_.release(found->second.slot);
    answers.erase(found);
  }
}

Session* State::find_session(SessionKey key) {
  const auto found = sessions_.find(key);
  return found == sessions_.end() ? nullptr : &found->second;
}

Session* State::find_session(std::string_view id) {
  const auto found = session_keys_.find(std::string(id));
  return found == session_keys_.end() ? nullptr : find_session(found->second);
}

State::Presence State::presence(const std::string& id) const {
  const auto found = agents_.find(id);
  if (found == agents_.end()) return Presence::not_loaded;
  return found->second.agent ? Presence::loaded : Presence::absent;
}

void State::insert_loaded(Agent agent) {
  std::string id = agent.profile.id;
  agents_[std::move(id)] = Entry{std::make_unique<Agent>(std::move(agent)), ++use_counter_};
}

void State::insert_absent(const std::string& id) {
  agents_[id] = Entry{nullptr, ++use_counter_};
}

Agent* State::find_agent(const std::string& id) {
  const auto found = agents_.find(id);
  if (found == agents_.end()) return nullptr;
  found->second.last_used = ++use_counter_;
  return found->second.agent.get();
}

const Session* State::owner_of(const AgentProfile& profile) const {
  if (profile.shared || profile.owner == 0) return nullptr;
  const auto found = sessions_.find(profile.owner);
  return found == sessions_.end() ? nullptr : &found->second;
}

std::optional<Error> State::check_owner(const AgentProfile& profile, const Caller& caller,
                                        const std::string& token_hash) const {
  const Session* owner = owner_of(profile);
  if (owner == nullptr || owner->key == caller.session) return std::nullopt;
  if (!token_hash.empty() && token_hash == profile.token_hash) return std::nullopt;
  Error error(
      ErrorCode::not_owner,
      fmt::format("Agent \"{}\" is held by another session: client {} with pid {}.", profile.id,
                  owner->client_name.empty() ? "(unnamed)" : owner->client_name, owner->process.pid),
      "Use an agent id of your own, give the token that register_agent returned to its holder, or wait "
      "until that session ends.");
  error.field = token_hash.empty() ? "agent_id" : "token";
  error.given = token_hash.empty() ? profile.id : "a token that does not match";
  return error;
}

Agent& State::create_agent(const std::string& id, std::int64_t now_us) {
  auto agent = std::make_unique<Agent>();
  agent->profile.key = ++keys_.agent;
  ++agent_count_;
  agent->profile.id = id;
  agent->profile.created_us = now_us;
  Entry& entry = agents_[id];
  entry.agent = std::move(agent);
  entry.last_used = ++use_counter_;
  return *entry.agent;
}

void State::store_answer(const Caller& caller, Answer::Kind kind, std::int64_t target, Changes& changes) {
  if (caller.line == 0) return;
  Session* session = find_session(caller.session);
  if (session == nullptr) return;
  const auto [it, inserted] = session->answers.try_emplace(caller.line);
  if (inserted) it->second.slot = slots_.take();
  it->second.kind = kind;
  it->second.target = target;
  changes.emplace_back(AnswerSaved{session->key, caller.line, it->second});
}

Result<UpdateOutcome> State::update(const Caller& caller, UpdateCommand command, std::int64_t now_us,
                                    Changes& changes) {
  if (auto error = validate(command.input)) return *std::move(error);
  Agent* agent = find_agent(command.agent_id);
  unsigned warnings = command.generic_id ? unsigned{kWarnGenericId} : 0u;
  if (agent == nullptr) {
    agent = &create_agent(command.agent_id, now_us);
    changes.emplace_back(AgentSaved{agent->profile});
    warnings |= kWarnCreatedOpenAgent;
  } else if (auto error = check_owner(agent->profile, caller, command.token_hash)) {
    return *std::move(error);
  }

  const bool had_parameters = agent->state.previous_parameters.has_value();
  UpdateRecord record = advance(agent->state, command.input, thresholds_);
  record.timestamp_us = now_us;
  record.warnings = static_cast<std::uint8_t>(warnings);
  agent->last = record;

  const HistoryKey history = ++keys_.history;
  changes.emplace_back(UpdateAppended{history, agent->profile.key, record});
  if (had_parameters || agent->state.previous_parameters) {
    changes.emplace_back(ParametersSaved{agent->profile.key, agent->state.previous_parameters});
  }
  if (record.lambda1_skipped) {
    changes.emplace_back(AuditAppended{now_us, "lambda1_skip", agent->profile.key, caller.session,
                                       fmt::format("update {}: confidence {} is below {}", record.number,
                                                   record.confidence, thresholds_.controller_confidence)});
  }
  store_answer(caller, Answer::Kind::update, history, changes);
  return UpdateOutcome{agent->profile.key, agent->profile.id, record};
}

Result<UpdateOutcome> State::simulate(const Caller& caller, const UpdateCommand& command,
                                      std::int64_t now_us) {
  if (auto error = validate(command.input)) return *std::move(error);
  const Agent* agent = find_agent(command.agent_id);
  GovernanceState state;
  if (agent != nullptr) {
    if (auto error = check_owner(agent->profile, caller, command.token_hash)) return *std::move(error);
    state = agent->state;
  }
  UpdateOutcome outcome;
  outcome.agent = agent != nullptr ? agent->profile.key : 0;
  outcome.agent_id = command.agent_id;
  outcome.record = advance(state, command.input, thresholds_);
  outcome.record.timestamp_us = now_us;
  if (command.generic_id) outcome.record.warnings = kWarnGenericId;
  return outcome;
}

Result<RegisterOutcome> State::register_agent(const Caller& caller, RegisterCommand command,
                                              std::int64_t now_us, Changes& changes) {
  Session* session = find_session(caller.session);
  if (session == nullptr) {
    return Error(ErrorCode::conflict, "An agent can be registered only by an open session.",
                 "Connect again and register then.");
  }
  if (command.parent_id == command.agent_id) {
    return invalid_argument("parent_agent_id", fmt::format("\"{}\"", command.parent_id),
                            "the id of another agent");
  }
  Agent* agent = find_agent(command.agent_id);
  if (agent != nullptr) {
    if (auto error = check_owner(agent->profile, caller, command.token_hash)) return *std::move(error);
  }

  RegisterOutcome outcome;
  outcome.created = agent == nullptr;
  outcome.generic_id = command.generic_id;
  outcome.parent_unknown = !command.parent_id.empty() && find_agent(command.parent_id) == nullptr;
  if (agent == nullptr) agent = &create_agent(command.agent_id, now_us);
  AgentProfile& profile = agent->profile;
  profile.version += 1;
  profile.owner = session->key;
  profile.shared = command.shared;
  profile.token_hash = std::move(command.new_token_hash);
  if (!command.parent_id.empty()) profile.parent_id = std::move(command.parent_id);
  if (command.purpose) profile.purpose = *std::move(command.purpose);
  if (command.tags) profile.tags = *std::move(command.tags);
  if (command.notes) profile.notes = *std::move(command.notes);
  session->agent_id = profile.id;

  changes.emplace_back(AgentSaved{profile});
  save_session(*session, changes);
  changes.emplace_back(
      AuditAppended{now_us, outcome.created ? "agent_registered" : "agent_resumed", profile.key, session->key,
                    fmt::format("client {}, pid {}", session->client_name, session->process.pid)});
  store_answer(caller, Answer::Kind::registration, profile.key, changes);
  outcome.agent = profile.key;
  outcome.agent_id = profile.id;
  outcome.shared = profile.shared;
  outcome.updates = agent->state.updates;
  return outcome;
}

}  // namespace governor::core
