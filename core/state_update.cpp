// Updates of agents: who may, what they give, and what they set off.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>

#include "core/governance_model.hpp"
#include "core/loop_cause.hpp"
#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

std::string loop_message(const std::string& id, LoopKind kind) {
  if (kind == LoopKind::repeated_reject) {
    return fmt::format("Agent \"{}\" was rejected {} times in a row within {} s.", id, LoopWatch::kRejects,
                       LoopWatch::kRejectWindowUs / 1'000'000);
  }
  return fmt::format("Agent \"{}\" sent the same update more than {} times within {} minutes.", id,
                     LoopWatch::kAllowedRepeats, LoopWatch::kWindowUs / 60'000'000);
}

constexpr double kUnknownConfidence = std::numeric_limits<double>::quiet_NaN();

std::string critical_cause(const std::string& id) {
  return "agent_critical/" + id;
}

/// An agent that is to halt goes on by a person's word. That a person should look is said of many updates,
/// and asks for nothing.
void ask_for_decision(State& state, const Caller& caller, const Agent& agent, const UpdateRecord& record,
                      Changes& changes) {
  const bool halts = record.action == Action::reject || (record.human_reasons & kHumanLoop) != 0;
  if (!record.require_human() || !halts) return;
  const std::string& id = agent.profile.id;
  ApprovalRequest request;
  request.subject.kind = ApprovalKind::decision;
  request.subject.target = agent.head;
  request.agent_id = id;
  request.asks =
      fmt::format("Agent \"{}\" was told to halt with update {}: may it go on?", id, record.number);
  request.why = fmt::format("{}.", fmt::join(human_reason_texts(record, state.thresholds_of(agent)), "; "));
  state.request_approval(caller, std::move(request), record.timestamp_us, changes);
}

}  // namespace

/// Lifecycle and loops: whether an agent that may be updated by the caller may be updated at all now, or may
/// write the file at `path`.
std::optional<Error> State::check_may_go_on(const Agent& agent, std::int64_t now_us,
                                            std::string_view path) const {
  const AgentProfile& profile = agent.profile;
  if (profile.status != Lifecycle::active) {
    const bool deleted = profile.status == Lifecycle::deleted;
    Error error(
        ErrorCode::conflict,
        fmt::format("Agent \"{}\" is {} since {}{}{}.", profile.id, to_string(profile.status),
                    utc_text(profile.status_since_us), profile.status_reason.empty() ? "" : ": ",
                    profile.status_reason),
        deleted ? "register_agent begins anew under this id; its history is kept."
        : (profile.ordered & kOrderedStatus) != 0
            ? fmt::format("A person has decided that, and only a person lets it go on: governorctl resume "
                          "{}. Stop, and say what you wanted to do.",
                          profile.id)
            : std::string("resume_agent lets it go on."));
    error.field = "agent_id";
    error.given = profile.id;
    return error;
  }
  // A loop of rewrites concerns its file alone.
  const bool concerns = profile.loop.kind != LoopKind::repeated_rewrite ||
                        (!path.empty() && fingerprint(path, {}) == profile.loop.fingerprint);
  if (concerns && profile.loop.cooldown_until_us > now_us) {
    Error error(
        ErrorCode::loop_detected,
        fmt::format("Agent \"{}\" is in a loop ({}); its {} refused until {}.", profile.id,
                    to_string(profile.loop.kind),
                    profile.loop.kind == LoopKind::repeated_rewrite ? fmt::format("writes of {} are", path)
                                                                    : std::string("updates are"),
                    utc_text(profile.loop.cooldown_until_us)),
        profile.loop.kind == LoopKind::repeated_rewrite
            ? "Write other files meanwhile; then read this one again and write something new."
            : "Do something different then, or let a person acknowledge the alert.");
    error.field = "agent_id";
    error.given = profile.id;
    return error;
  }
  return std::nullopt;
}

Agent& State::create_agent(const Caller& caller, const std::string& id, std::int64_t now_us,
                           Changes& changes) {
  auto created = std::make_unique<Agent>();
  created->profile.key = ++keys_.agent;
  ++agent_count_;
  created->profile.id = id;
  created->profile.created_us = now_us;
  created->profile.status_since_us = now_us;
  Entry& entry = agents_[id];
  entry.agent = std::move(created);
  entry.last_used = ++use_counter_;
  note_life(caller, *entry.agent, "created", {}, now_us, changes);
  return *entry.agent;
}

void State::append_record(const Caller& caller, Agent& agent, UpdateRecord& record, MadeOf made_of,
                          Changes& changes) {
  record.number = ++agent.total;
  record.epoch = agent.profile.epoch;
  record.actor = actor_of(caller);
  watch_health(agent, agent.last ? agent.last->health : Health::unknown, record, changes);
  if (made_of == MadeOf::report) {
    watch_for_loops(caller, agent, record, changes);
  } else if (agent.profile.loop.kind != LoopKind::none && has_risk(agent.behaviour)) {
    record.human_reasons |= kHumanLoop;
  }
  agent.last = record;
  UpdateAppended appended{++keys_.history, agent.head, agent.profile.key, record, {}};
  if (agent.state.previous_parameters) appended.parameters = *agent.state.previous_parameters;
  agent.head = keys_.history;
  changes.emplace_back(std::move(appended));
  ask_for_decision(*this, caller, agent, record, changes);
}

void State::watch_for_loops(const Caller& caller, Agent& agent, UpdateRecord& record, Changes& changes) {
  const LoopWatch::Seen seen{record.timestamp_us, record.fingerprint, record.action == Action::reject};
  agent.watch.note(seen);
  LoopState& loop = agent.profile.loop;
  const LoopKind before = loop.kind;
  if (follow_loop(loop, agent.watch, seen, loop_policy_)) {
    save_profile(agent.profile, changes);
    if (loop.kind == LoopKind::none) {
      resolve_alert(loop_cause(agent.profile.id), record.timestamp_us, changes);
      audit(caller, "loop_ended", agent.profile.key, "a different action", record.timestamp_us, changes);
    } else if (before != loop.kind) {
      std::string message = loop_message(agent.profile.id, loop.kind);
      audit(caller, "loop_detected", agent.profile.key, message, record.timestamp_us, changes);
      // That a critical agent is rejected again and again is the cause of one alert, not of two.
      const bool is_told = loop.kind == LoopKind::repeated_reject && record.health == Health::critical;
      if (!is_told) {
        raise_alert({loop_cause(agent.profile.id), AlertKind::loop, AlertSeverity::warning, agent.profile.id,
                     std::move(message)},
                    record.timestamp_us, changes);
      }
    }
  }
  if (loop.kind != LoopKind::none) record.human_reasons |= kHumanLoop;
}

void State::watch_health(Agent& agent, Health before, const UpdateRecord& record, Changes& changes) {
  if ((before == Health::critical) == (record.health == Health::critical)) return;
  const std::string& id = agent.profile.id;
  if (record.health == Health::critical) {
    raise_alert(
        {critical_cause(id), AlertKind::agent_critical, AlertSeverity::critical, id,
         fmt::format("Agent \"{}\" is critical: {}.", id, health_message(record, thresholds_of(agent)))},
        record.timestamp_us, changes);
  } else {
    resolve_alert(critical_cause(id), record.timestamp_us, changes);
  }
}

void State::end_loop(Agent& agent, std::int64_t now_us, Changes& changes) {
  agent.watch.clear();
  files_.forget_rewrites(agent.profile.key);
  if (agent.profile.loop.kind == LoopKind::none) return;
  agent.profile.loop = LoopState{};
  resolve_alert(loop_cause(agent.profile.id), now_us, changes);
}

void State::begin_epoch(Agent& agent) {
  agent.profile.epoch += 1;
  agent.profile.epoch_start = agent.total;
  agent.state = GovernanceState{};
  agent.last.reset();
  agent.behaviour = Behaviour{};
}

Result<UpdateOutcome> State::update(const Caller& caller, UpdateCommand command, std::int64_t now_us,
                                    Changes& changes) {
  if (auto error = validate(command.input)) return *std::move(error);
  if (command.stated.confidence_unknown) command.input.confidence = kUnknownConfidence;
  Agent* agent = find_agent(command.agent_id);
  unsigned warnings = command.generic_id ? unsigned{kWarnGenericId} : 0u;
  if (agent == nullptr) {
    agent = &create_agent(caller, command.agent_id, now_us, changes);
    changes.emplace_back(AgentSaved{agent->profile});
    audit(caller, "agent_created", agent->profile.key, "by its first update", now_us, changes);
    warnings |= kWarnCreatedOpenAgent;
  } else if (auto error = check_owner(agent->profile, caller, command.token_hash)) {
    return *std::move(error);
  } else if (auto refusal = check_may_go_on(*agent, now_us)) {
    note_gate(caller, *agent, {}, now_us, changes);
    return *std::move(refusal);
  }

  if (is_measured(agent->behaviour)) {
    const StatedInput stated{std::move(command.input), command.stated};
    note_statement(caller, *agent, stated, now_us, changes);
    // Whether an agent goes round is seen in what it does, if that is seen.
    const MadeOf made_of = agent->behaviour.turns_are_seen() ? MadeOf::evidence : MadeOf::report;
    Judgement judgement =
        judge_agent(caller, *agent, stated, made_of, now_us, static_cast<std::uint8_t>(warnings), changes);
    return UpdateOutcome{agent->profile.key, agent->profile.id, judgement.record, std::move(judgement)};
  }
  const Thresholds& thresholds = thresholds_of(*agent);
  UpdateRecord record = advance(agent->state, command.input, thresholds);
  record.timestamp_us = now_us;
  record.warnings = static_cast<std::uint8_t>(warnings);
  append_record(caller, *agent, record, MadeOf::report, changes);
  if (record.lambda1_skipped) {
    audit(caller, "lambda1_skip", agent->profile.key,
          std::isnan(record.confidence) ? fmt::format("update {}: confidence is unknown", record.number)
                                        : fmt::format("update {}: confidence {} is below {}", record.number,
                                                      record.confidence, thresholds.controller_confidence),
          now_us, changes);
  }
  store_answer(caller, {0, Answer::Kind::update, keys_.history}, {}, changes);
  return UpdateOutcome{agent->profile.key, agent->profile.id, record, std::nullopt};
}

Result<UpdateOutcome> State::simulate(const Caller& caller, UpdateCommand command, std::int64_t now_us) {
  if (auto error = validate(command.input)) return *std::move(error);
  if (command.stated.confidence_unknown) command.input.confidence = kUnknownConfidence;
  const Agent* agent = find_agent(command.agent_id);
  GovernanceState state;
  Thresholds thresholds = thresholds_;
  UpdateOutcome outcome;
  std::uint64_t total = 0;
  std::uint32_t epoch = 1;
  if (agent != nullptr) {
    if (auto error = check_owner(agent->profile, caller, command.token_hash)) return *std::move(error);
    state = agent->state;
    thresholds = thresholds_of(*agent);
    outcome.agent = agent->profile.key;
    total = agent->total;
    epoch = agent->profile.epoch;
  }
  outcome.agent_id = command.agent_id;
  if (agent != nullptr && is_measured(agent->behaviour)) {
    outcome.judgement =
        judge(state, agent->behaviour, {command.input, command.stated}, thresholds, lessons_.learning());
    outcome.record = outcome.judgement->record;
  } else {
    outcome.record = advance(state, command.input, thresholds);
  }
  outcome.record.number = total + 1;
  outcome.record.epoch = epoch;
  outcome.record.timestamp_us = now_us;
  if (command.generic_id) outcome.record.warnings = kWarnGenericId;
  return outcome;
}

}  // namespace governor::core
