// Evidence: what agents do, and what of it people are told.
#include <fmt/format.h>

#include <algorithm>

#include "core/evidence_loop.hpp"
#include "core/state.hpp"

namespace governor::core {
namespace {

/// Of governor's own refusals, of agents that may not go on at all or get no lease.
Refused::By refusing(const AgentProfile& profile) {
  if (profile.status != Lifecycle::active)
    return (profile.ordered & kOrderedStatus) != 0 ? Refused::By::person : Refused::By::gate;
  return profile.loop.kind != LoopKind::none ? Refused::By::loop : Refused::By::gate;
}

std::uint32_t lines_more(const FileState& after, const FileState& before) {
  const std::uint64_t more = after.lines > before.lines ? after.lines - before.lines : 0;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(more, UINT32_MAX));
}

bool is_seen_work(const EvidenceGiven& given) {
  return given.provenance == Provenance::measured &&
         (std::holds_alternative<ToolUsed>(given.item) || std::holds_alternative<FileChanged>(given.item));
}

std::string risk_text(const RiskyAction& action) {
  return action.program.empty() ? action.rule : fmt::format("{}, by {}", action.rule, action.program);
}

}  // namespace

Result<EvidenceOutcome> State::record_evidence(const Caller& caller, EvidenceCommand command,
                                               std::int64_t now_us, Changes& changes) {
  if (command.items.size() > EvidenceCommand::kMaxItems) {
    return invalid_argument("items", fmt::format("{} items", command.items.size()),
                            fmt::format("at most {} for one event", EvidenceCommand::kMaxItems));
  }
  if (command.at_us != 0) now_us = command.at_us;
  Agent* agent = find_agent(command.agent_id);
  if (agent != nullptr) {
    if (auto error = check_owner(agent->profile, caller, command.token_hash)) return *std::move(error);
    if (agent->profile.status == Lifecycle::deleted) {
      Error error(ErrorCode::conflict, fmt::format("Agent \"{}\" was deleted.", command.agent_id),
                  "register_agent begins anew under this id; its history is kept.");
      error.field = "agent_id";
      error.given = command.agent_id;
      return error;
    }
  }

  EvidenceOutcome outcome;
  outcome.agent_id = command.agent_id;
  if (agent != nullptr && command.source != 0 && agent->behaviour.knows(command.source)) {
    outcome.agent = agent->profile.key;
    outcome.known = true;
    outcome.turn = agent->behaviour.turn();
    return outcome;
  }
  if (agent == nullptr) {
    agent = &create_agent(caller, command.agent_id, now_us, changes);
    if (const Agent* parent = command.parent_id.empty() ? nullptr : find_agent(command.parent_id)) {
      agent->profile.parent_id = command.parent_id;
      agent->profile.owner = parent->profile.owner;
      agent->profile.owner_since_us = now_us;
      agent->profile.shared = parent->profile.shared;
      agent->profile.token_hash = parent->profile.token_hash;
    }
    // Whoever has chosen other thresholds for all agents means these as well.
    if (thresholds_ == Thresholds{}) agent->profile.thresholds = Thresholds::evidence();
    changes.emplace_back(AgentSaved{agent->profile});
    audit(caller, "agent_created", agent->profile.key, "by what was seen of it", now_us, changes);
  }
  // The turns of an agent that hooks see are theirs to tell.
  if (agent->behaviour.turns_are_seen()) {
    std::erase_if(command.items, [](const EvidenceGiven& given) {
      return given.provenance == Provenance::reported &&
             (std::holds_alternative<TurnBegan>(given.item) || std::holds_alternative<TurnEnded>(given.item));
    });
  }
  const bool shows_work = std::any_of(command.items.begin(), command.items.end(), is_seen_work);
  const EvidenceKey before = keys_.evidence;
  for (EvidenceGiven& given : command.items)
    append_evidence(caller, *agent, std::move(given), command.source, now_us, changes);
  outcome.agent = agent->profile.key;
  outcome.recorded = static_cast<std::size_t>(keys_.evidence - before);
  if (outcome.recorded > 0) outcome.last = keys_.evidence;
  outcome.turn = agent->behaviour.turn();
  if (shows_work) outcome.loop = evidence_loop(agent->behaviour);
  if (!outcome.loop.empty())
    audit(caller, "loop_detected", agent->profile.key, outcome.loop, now_us, changes);
  return outcome;
}

void State::prune_evidence(EvidenceKey last, Changes& changes) const {
  changes.emplace_back(EvidencePruned{last});
}

void State::note_refusal(const Caller& caller, const std::string& agent_id, Refused::By by, std::string path,
                         std::int64_t now_us, Changes& changes) {
  if (Agent* agent = agent_id.empty() ? nullptr : find_agent(agent_id))
    append_evidence(caller, *agent, {Refused{by, std::move(path)}}, 0, now_us, changes);
}

void State::note_gate(const Caller& caller, Agent& agent, std::string path, std::int64_t now_us,
                      Changes& changes) {
  append_evidence(caller, agent, {Refused{refusing(agent.profile), std::move(path)}}, 0, now_us, changes);
}

void State::note_commit(const Caller& caller, Agent& agent, const FileVersion& version,
                        const FileWrite& write, Changes& changes) {
  FileChanged changed;
  changed.path = version.path;
  changed.lines_added = write.lines_added.value_or(lines_more(version.state, write.before));
  changed.lines_removed = write.lines_removed.value_or(lines_more(write.before, version.state));
  changed.created = !write.before.exists();
  changed.deleted = !version.state.exists();
  changed.content = content_fingerprint(version.state.sha256);
  append_evidence(caller, agent, {std::move(changed)}, 0, version.timestamp_us, changes);
}

void State::append_evidence(const Caller& caller, Agent& agent, EvidenceGiven given, std::uint64_t source,
                            std::int64_t now_us, Changes& changes) {
  Evidence evidence;
  evidence.key = ++keys_.evidence;
  evidence.agent = agent.profile.key;
  evidence.timestamp_us = now_us;
  evidence.epoch = agent.profile.epoch;
  evidence.turn = agent.behaviour.turn();
  if (std::holds_alternative<TurnBegan>(given.item)) ++evidence.turn;
  evidence.provenance = given.provenance;
  evidence.source = source;
  evidence.item = std::move(given.item);
  // The entry comes first: it may be the one that says who this is.
  tell_people(caller, agent, evidence, changes);
  evidence.actor = actor_of(caller);
  std::vector<EvidenceItem> consequences;
  const bool only_told = evidence.provenance == Provenance::reported && agent.behaviour.turns_are_seen();
  if (evidence.provenance != Provenance::derived && !only_told)
    consequences = agent.behaviour.consequences(evidence);
  agent.behaviour.note(evidence);
  const bool ends_turn = std::holds_alternative<TurnEnded>(evidence.item);
  changes.emplace_back(EvidenceAppended{std::move(evidence)});
  for (EvidenceItem& item : consequences)
    append_evidence(caller, agent, {std::move(item), Provenance::derived}, source, now_us, changes);
  if (ends_turn) judge_turn(caller, agent, now_us, changes);
}

void State::tell_people(const Caller& caller, const Agent& agent, const Evidence& evidence,
                        Changes& changes) {
  const auto* action = std::get_if<RiskyAction>(&evidence.item);
  if (action == nullptr) return;
  const std::string& id = agent.profile.id;
  audit(caller, "risky_action", agent.profile.key,
        fmt::format("{} ({})", risk_text(*action), to_string(action->severity)), evidence.timestamp_us,
        changes);
  // What was derived of a change of a file is told with that file.
  if (action->severity != Severity::high || evidence.provenance == Provenance::derived) return;
  raise_alert(
      {fmt::format("risky_action/{}/{}", id, action->rule), AlertKind::risky_action, AlertSeverity::warning,
       id, fmt::format("Agent \"{}\" did something risky: {}.", id, risk_text(*action))},
      evidence.timestamp_us, changes);
}

}  // namespace governor::core
