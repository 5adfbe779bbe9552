// Identity and life of agents: registration, metadata, pause, archive, deletion, reset.
#include <fmt/format.h>

#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kMaxNotesBytes = 64 * 1024;

Error unknown_agent(const std::string& id) {
  Error error(ErrorCode::not_found, fmt::format("There is no agent \"{}\".", id),
              "list_agents names those that exist; the first process_agent_update creates one.");
  error.field = "agent_id";
  error.given = id;
  return error;
}

std::string_view event_of(Lifecycle target) {
  switch (target) {
    case Lifecycle::active: return "resumed";
    case Lifecycle::paused: return "paused";
    case Lifecycle::archived: return "archived";
    case Lifecycle::deleted: return "deleted";
  }
  return "resumed";
}

}  // namespace

void State::note_life(const Caller& caller, const Agent& agent, std::string event, std::string reason,
                      std::int64_t now_us, Changes& changes) {
  changes.emplace_back(LifecycleEventAppended{agent.profile.key, now_us, std::move(event), std::move(reason),
                                              actor_of(caller)});
}

Result<RegisterOutcome> State::register_agent(const Caller& caller, RegisterCommand command,
                                              std::int64_t now_us, Changes& changes) {
  Session* session = find_session(caller.session);
  if (session == nullptr || session->passing) {
    return Error(ErrorCode::conflict, "An agent can be registered only by an open session.",
                 session == nullptr ? "Connect again and register then."
                                    : "Give a session in hello, see docs/wire-protocol.md.");
  }
  if (command.parent_id == command.agent_id) {
    return invalid_argument("parent_agent_id", fmt::format("\"{}\"", command.parent_id),
                            "the id of another agent");
  }
  (void)rename_hooks_agent(caller, command.agent_id, now_us, changes);
  Agent* agent = find_agent(command.agent_id);
  const Session* previous_owner = nullptr;
  if (agent != nullptr) {
    if (auto error = check_registration(agent->profile, caller, command)) return *std::move(error);
    previous_owner = owner_of(agent->profile);
  }

  RegisterOutcome outcome;
  outcome.created = agent == nullptr;
  outcome.generic_id = command.generic_id;
  outcome.parent_unknown = !command.parent_id.empty() && find_agent(command.parent_id) == nullptr;
  if (agent == nullptr) agent = &create_agent(caller, command.agent_id, now_us, changes);
  AgentProfile& profile = agent->profile;
  // Read before anything of it changes.
  const bool has_token = !profile.token_hash.empty() && command.token_hash == profile.token_hash;
  const bool is_deployed = is_of_deployed_agent(profile, caller);
  const bool was_mine = profile.owner == session->key;
  const bool stays_shared = profile.shared && command.shared && !profile.token_hash.empty();
  if (profile.status == Lifecycle::deleted) {
    begin_epoch(*agent);
    outcome.created = outcome.was_deleted = true;
    profile.tags.clear();
    profile.notes.clear();
    profile.purpose.clear();
    profile.parent_id.clear();
    profile.thresholds.reset();
    profile.pinned = false;
    profile.ordered = 0;
    note_life(caller, *agent, "created", "registered again after its deletion", now_us, changes);
  } else if (profile.status == Lifecycle::archived) {
    note_life(caller, *agent, "resumed", "registered again", now_us, changes);
  }
  if (profile.status == Lifecycle::deleted || profile.status == Lifecycle::archived) {
    profile.status = Lifecycle::active;
    profile.status_since_us = now_us;
    profile.status_reason.clear();
    profile.ordered &= static_cast<std::uint8_t>(~kOrderedStatus);
  }
  // Who joins those that share an agent gets no power over them.
  outcome.keeps_token = stays_shared && !was_mine && !has_token;
  if (!outcome.keeps_token) {
    if (!was_mine && !has_token && !is_deployed) end_unlocks(caller, profile, now_us, changes);
    if (!was_mine || profile.shared) profile.owner_since_us = now_us;
    profile.owner = session->key;
    profile.shared = command.shared;
    // Its program may have given the token on to what it has started.
    outcome.deployed = running_as(profile) != nullptr;
    if (!outcome.deployed) profile.token_hash = std::move(command.new_token_hash);
  }
  if (!command.parent_id.empty()) profile.parent_id = std::move(command.parent_id);
  if (command.purpose) profile.purpose = *std::move(command.purpose);
  if (command.tags) profile.tags = *std::move(command.tags);
  if (command.notes) profile.notes = *std::move(command.notes);
  session->agent_id = profile.id;
  if (has_token || is_deployed) adopt_leases(caller, *agent, *session, has_token, now_us, changes);

  save_profile(profile, changes);
  save_session(*session, changes);
  std::string detail = profile.shared ? "shared with other sessions" : "held by this session";
  if (outcome.was_deleted) detail += "; anew after its deletion, without its tags, notes and thresholds";
  if (!profile.purpose.empty()) detail += fmt::format("; purpose: {}", profile.purpose);
  if (previous_owner != nullptr && previous_owner != session) {
    detail += fmt::format("; taken over with its token from client {}, pid {}", previous_owner->client_name,
                          previous_owner->process.pid);
    outcome.taken_from = previous_owner->key;
  }
  audit(caller, outcome.created ? "agent_registered" : "agent_resumed", profile.key, std::move(detail),
        now_us, changes);
  store_answer(caller, {0, Answer::Kind::registration, profile.key}, {}, changes);
  outcome.agent = profile.key;
  outcome.agent_id = profile.id;
  outcome.shared = profile.shared;
  outcome.status = profile.status;
  outcome.updates = agent->state.updates;
  return outcome;
}

Result<std::uint32_t> State::reset_monitor(const Caller& caller, const LifecycleCommand& command,
                                           std::int64_t now_us, Changes& changes) {
  Agent* agent = find_agent(command.agent_id);
  if (agent == nullptr || agent->profile.status == Lifecycle::deleted) return unknown_agent(command.agent_id);
  if (auto error = check_owner(agent->profile, caller, command.token_hash)) return *std::move(error);
  const bool is_critical = agent->last && agent->last->health == Health::critical;
  if (is_critical && agent->profile.loop.kind == LoopKind::repeated_reject && !may_decide(caller)) {
    Error error(
        ErrorCode::not_owner,
        fmt::format("Agent \"{}\" is critical and was rejected again and again. Only a person lets it "
                    "begin anew.",
                    command.agent_id),
        "Say what you tried to do, and why it was rejected; a person acknowledges the alert "
        "(governorctl alerts), or another course of action makes the agent healthy.");
    error.field = "agent_id";
    error.given = command.agent_id;
    return error;
  }
  // A loop is not over with that, unless a person says so: an agent leaves it by doing something else.
  if (may_decide(caller)) end_loop(*agent, now_us, changes);
  resolve_alert("agent_critical/" + command.agent_id, now_us, changes);
  begin_epoch(*agent);
  save_profile(agent->profile, changes);
  audit(caller, "monitor_reset", agent->profile.key,
        fmt::format("epoch {} begins after update {}{}{}", agent->profile.epoch, agent->profile.epoch_start,
                    command.reason.empty() ? "" : ": ", command.reason),
        now_us, changes);
  note_life(caller, *agent, "reset", command.reason, now_us, changes);
  return agent->profile.epoch;
}

std::optional<Error> State::refuse_deletion(const Caller& caller, const LifecycleCommand& command) {
  const Agent* agent = find_agent(command.agent_id);
  if (agent == nullptr || agent->profile.status == Lifecycle::deleted) return unknown_agent(command.agent_id);
  if (agent->profile.pinned) {
    Error error(ErrorCode::conflict,
                fmt::format("Agent \"{}\" is pinned and cannot be deleted.", command.agent_id),
                "Unpin it first: update_agent_metadata with pinned false.");
    error.field = "agent_id";
    error.given = command.agent_id;
    return error;
  }
  if (auto error = check_owner(agent->profile, caller, command.token_hash)) return error;
  // Deleted and registered anew it would be free of what a person has decided.
  return check_orders(agent->profile, caller, kOrderedStatus | kOrderedThresholds);
}

Result<LifecycleOutcome> State::change_lifecycle(const Caller& caller, const LifecycleCommand& command,
                                                 Lifecycle target, std::int64_t now_us, Changes& changes) {
  if (target == Lifecycle::deleted) {
    if (auto refusal = refuse_deletion(caller, command)) return *std::move(refusal);
  }
  Agent* agent = find_agent(command.agent_id);
  if (agent == nullptr) return unknown_agent(command.agent_id);
  AgentProfile& profile = agent->profile;
  if (auto error = check_owner(profile, caller, command.token_hash)) return *std::move(error);
  const bool is_order = is_person(caller) && target != Lifecycle::active && !command.is_upkeep;
  LifecycleOutcome outcome{profile.status, target};
  const bool is_confirmed = is_order && (profile.ordered & kOrderedStatus) == 0;
  if (profile.status == target && !(is_confirmed && target != Lifecycle::deleted)) return outcome;
  if (auto error = check_orders(profile, caller, kOrderedStatus)) return *std::move(error);
  if (profile.status == Lifecycle::deleted ||
      (profile.status == Lifecycle::archived && target == Lifecycle::paused)) {
    Error error(ErrorCode::conflict,
                fmt::format("Agent \"{}\" is {} since {} and cannot be {}.", profile.id,
                            to_string(profile.status), utc_text(profile.status_since_us), event_of(target)),
                profile.status == Lifecycle::deleted ? "register_agent begins anew under this id."
                                                     : "resume_agent it first.");
    error.field = "agent_id";
    error.given = profile.id;
    return error;
  }
  profile.status = target;
  profile.status_since_us = now_us;
  profile.status_reason = command.reason;
  profile.ordered &= static_cast<std::uint8_t>(~kOrderedStatus);
  if (is_order) profile.ordered |= kOrderedStatus;
  if (target == Lifecycle::archived || target == Lifecycle::deleted) {
    end_claims(tasks_.claimed_for(profile.key), fmt::format("owner_{}", event_of(target)),
               fmt::format("its agent was {}", event_of(target)), now_us, changes);
  }
  // By themselves agents leave a loop by doing something else.
  if (target == Lifecycle::deleted || (target != Lifecycle::paused && may_decide(caller)))
    end_loop(*agent, now_us, changes);
  if (target == Lifecycle::archived || target == Lifecycle::deleted) retire_leases(*agent, now_us, changes);
  if (target == Lifecycle::deleted) {
    resolve_alert("agent_critical/" + profile.id, now_us, changes);
    end_approvals_of(profile.id, now_us, changes);
    profile.owner = 0;
    profile.shared = true;
    profile.token_hash.clear();
  }
  save_profile(profile, changes);
  // The entry comes first: it may be the one that says who this is.
  audit(caller, fmt::format("agent_{}", event_of(target)), profile.key, command.reason, now_us, changes);
  note_life(caller, *agent, std::string(event_of(target)), command.reason, now_us, changes);
  return outcome;
}

std::optional<Error> State::update_metadata(const Caller& caller, MetadataCommand command,
                                            std::int64_t now_us, Changes& changes) {
  Agent* agent = find_agent(command.agent_id);
  if (agent == nullptr) return unknown_agent(command.agent_id);
  AgentProfile& profile = agent->profile;
  if (auto error = check_owner(profile, caller, command.token_hash)) return error;
  std::string changed;
  const auto note = [&](std::string_view what) {
    if (!changed.empty()) changed += ", ";
    changed += what;
  };
  if (command.notes && command.append_notes) {
    std::string line =
        fmt::format("{}[{}] {}", profile.notes.empty() ? "" : "\n", utc_text(now_us), *command.notes);
    if (profile.notes.size() + line.size() > kMaxNotesBytes) {
      Error error(ErrorCode::limit_exceeded,
                  fmt::format("The notes would have {} bytes; accepted: at most {}.",
                              profile.notes.size() + line.size(), kMaxNotesBytes),
                  "Replace them with shorter ones (append_notes false).");
      error.field = "notes";
      return error;
    }
    profile.notes += line;
    note("notes appended");
  } else if (command.notes && profile.notes != *command.notes) {
    profile.notes = *std::move(command.notes);
    note("notes replaced");
  }
  if (command.tags && profile.tags != *command.tags) {
    profile.tags = *std::move(command.tags);
    note("tags replaced");
  }
  if (command.purpose && profile.purpose != *command.purpose) {
    profile.purpose = *std::move(command.purpose);
    note("purpose");
  }
  if (command.pinned && profile.pinned != *command.pinned) {
    profile.pinned = *command.pinned;
    note(profile.pinned ? "pinned" : "unpinned");
  }
  if (changed.empty()) return std::nullopt;
  save_profile(profile, changes);
  audit(caller, "metadata_changed", profile.key, std::move(changed), now_us, changes);
  return std::nullopt;
}

}  // namespace governor::core
