// Agents that come from another system, with their history.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/agent_import.hpp"
#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

/// Marks an agent whose history has not come in full. It is paused, so that nobody goes on from the middle.
constexpr std::string_view kUnfinished = "its import is not finished; import it again";

bool is_unfinished(const AgentProfile& profile) {
  return profile.status == Lifecycle::paused && profile.status_reason == kUnfinished;
}

/// The update of the other system that a row tells of, by number; 0 where its own count does not reach back.
std::uint64_t updates_at(const AgentImport& incoming, std::uint64_t number) {
  const std::uint64_t later = incoming.total - number;
  return incoming.updates > later ? incoming.updates - later : 0;
}

/// When the agent came to be, as far as is known.
std::int64_t created_at(const AgentImport& incoming, std::int64_t now_us) {
  if (incoming.profile.created_us != 0) return incoming.profile.created_us;
  const auto known = std::find_if(incoming.rows.begin(), incoming.rows.end(),
                                  [](const UpdateRecord& row) { return row.timestamp_us != 0; });
  return known == incoming.rows.end() ? now_us : known->timestamp_us;
}

/// Two files of the other system do not write the start of one deployment at the same moment.
constexpr std::int64_t kSameStartUs = 2'000'000;

bool is_other_creation(const AgentImport& incoming, std::int64_t created_us) {
  if (incoming.profile.created_us == 0) return false;
  const std::int64_t apart = std::abs(incoming.profile.created_us - created_us);
  return apart > (incoming.deployment ? kSameStartUs : 0);
}

ImportOutcome existing(std::string detail) {
  return {ImportOutcome::Kind::exists, std::move(detail)};
}

}  // namespace

Result<ImportOutcome> State::compare_import(const AgentImport& incoming, std::span<const UpdateRecord> stored,
                                            ImportLook look) {
  if (auto error = validate(incoming)) return *std::move(error);
  const Agent* agent = find_agent(incoming.profile.id);
  if (agent == nullptr) {
    if (incoming.first == 1 || look == ImportLook::foresee) return ImportOutcome{};
    return Error(ErrorCode::conflict, fmt::format("Agent \"{}\" does not exist yet.", incoming.profile.id),
                 "Begin with the first row of its history.");
  }
  const AgentProfile& profile = agent->profile;
  if (is_other_creation(incoming, profile.created_us)) {
    return existing(fmt::format("it was created {} here, {} there", utc_text(profile.created_us),
                                utc_text(incoming.profile.created_us)));
  }
  const std::size_t comparable = std::min(stored.size(), incoming.rows.size());
  for (std::size_t i = 0; i < comparable; ++i) {
    if (auto text = difference(stored[i], incoming.rows[i]); !text.empty()) return existing(std::move(text));
  }
  if (is_unfinished(profile)) {
    if (incoming.first > agent->total + 1 && look == ImportLook::apply) {
      return Error(ErrorCode::conflict,
                   fmt::format("Agent \"{}\" has {} rows; row {} does not follow.", profile.id, agent->total,
                               incoming.first),
                   fmt::format("Go on with row {}.", agent->total + 1));
    }
    return ImportOutcome{
        agent->total < incoming.last() ? ImportOutcome::Kind::imported : ImportOutcome::Kind::unchanged, {}};
  }
  if (stored.size() < incoming.rows.size()) {
    return existing(fmt::format("it has {} updates here, {} there", agent->total, incoming.total));
  }
  return ImportOutcome{ImportOutcome::Kind::unchanged,
                       profile.status == Lifecycle::deleted ? "it has been deleted since" : ""};
}

Result<ImportOutcome> State::import_agent(const Caller& caller, AgentImport incoming,
                                          std::span<const UpdateRecord> stored, std::int64_t now_us,
                                          Changes& changes) {
  auto outcome = compare_import(incoming, stored);
  if (!outcome || outcome->kind != ImportOutcome::Kind::imported) return outcome;
  Agent* agent = find_agent(incoming.profile.id);
  if (agent == nullptr) agent = &begin_import(caller, incoming, now_us, changes);
  append_imported(caller, *agent, incoming, changes);
  if (agent->total == incoming.total) finish_import(caller, *agent, std::move(incoming), now_us, changes);
  return outcome;
}

Agent& State::begin_import(const Caller& caller, const AgentImport& incoming, std::int64_t now_us,
                           Changes& changes) {
  auto created = std::make_unique<Agent>();
  AgentProfile& profile = created->profile;
  profile.key = ++keys_.agent;
  profile.id = incoming.profile.id;
  profile.created_us = created_at(incoming, now_us);
  profile.status = Lifecycle::paused;
  profile.status_reason = kUnfinished;
  profile.status_since_us = now_us;
  ++agent_count_;
  Entry& entry = agents_[profile.id];
  entry.agent = std::move(created);
  entry.last_used = ++use_counter_;
  if (!incoming.is_last_part()) {
    save_profile(profile, changes);
    audit(caller, "agent_import_began", profile.key,
          fmt::format("{} rows, {}", incoming.total, incoming.source), now_us, changes);
  }
  return *entry.agent;
}

/// The rows that are not here yet; the agent's state becomes that of the newest.
void State::append_imported(const Caller& caller, Agent& agent, const AgentImport& incoming,
                            Changes& changes) {
  for (std::uint64_t number = agent.total + 1; number <= incoming.last(); ++number) {
    UpdateRecord record = incoming.rows[static_cast<std::size_t>(number - incoming.first)];
    record.number = number;
    record.updates = updates_at(incoming, number);
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    record.phi = record.void_threshold = record.confidence = record.complexity = unknown;
    record.verdict = Verdict::unknown;
    record.health = Health::unknown;
    record.actor = actor_of(caller);
    if (!std::isnan(record.V)) agent.state.void_window.push(std::abs(record.V));
    agent.watch.note({record.timestamp_us, 0, record.action == Action::reject});
    changes.emplace_back(UpdateAppended{++keys_.history, agent.head, agent.profile.key, record, {}});
    agent.head = keys_.history;
    agent.total = number;
    agent.last = record;
  }
  if (!agent.last) return;
  GovernanceState& state = agent.state;
  state.E = agent.last->E;
  state.I = agent.last->I;
  state.S = agent.last->S;
  state.V = agent.last->V;
  state.lambda1 = agent.last->lambda1;
  state.integral = agent.last->integral;
  state.time = agent.last->time;
  state.updates = agent.last->updates;
}

void State::finish_import(const Caller& caller, Agent& agent, AgentImport incoming, std::int64_t now_us,
                          Changes& changes) {
  AgentProfile& profile = agent.profile;
  AgentProfile& from = incoming.profile;
  profile.purpose = std::move(from.purpose);
  profile.parent_id = std::move(from.parent_id);
  profile.tags = std::move(from.tags);
  profile.notes = std::move(from.notes);
  profile.status = from.status;
  profile.status_reason = std::move(from.status_reason);
  profile.status_since_us = from.status_since_us != 0 ? from.status_since_us : profile.created_us;
  save_profile(profile, changes);
  for (ImportedEvent& event : incoming.events) {
    changes.emplace_back(LifecycleEventAppended{profile.key, event.timestamp_us, std::move(event.event),
                                                std::move(event.reason), 0});
  }
  audit(caller, "agent_imported", profile.key, fmt::format("{} rows, {}", incoming.total, incoming.source),
        now_us, changes);
  if (incoming.deployment) append_imported(caller, profile, *std::move(incoming.deployment), now_us, changes);
}

/// Its agent is new, so there is no deployment of this id.
void State::append_imported(const Caller& caller, const AgentProfile& profile, DeploymentImport incoming,
                            std::int64_t now_us, Changes& changes) {
  Deployment deployment;
  deployment.key = ++keys_.deployment;
  deployment.agent = profile.key;
  deployment.created_us = profile.created_us;
  DeploymentOrder& order = deployment.order;
  order.id = profile.id;
  order.agent_type = std::move(incoming.agent_type);
  order.runner = kImportedRunner;
  order.task_id = std::move(incoming.task_id);
  order.parent = profile.parent_id;
  order.depth = incoming.depth;
  order.prompt_bytes = incoming.prompt_bytes;
  changes.emplace_back(DeploymentAppended{deployment});
  DeploymentStanding& standing = deployment.standing;
  standing.state = incoming.state;
  standing.ended_us = incoming.ended_us != 0 ? incoming.ended_us : now_us;
  standing.since_us = standing.ended_us;
  standing.started_us = incoming.started_us;
  standing.attempts = 1;
  standing.why = std::move(incoming.why);
  standing.progress = incoming.progress;
  standing.note = std::move(incoming.note);
  for (ImportedDeploymentEvent& event : incoming.events) {
    const std::int64_t at = event.timestamp_us != 0 ? event.timestamp_us : deployment.created_us;
    changes.emplace_back(DeploymentEventAppended{deployment.key, at, std::move(event.event), standing.state,
                                                 event.progress, std::move(event.note), std::move(event.data),
                                                 actor_of(caller)});
  }
  changes.emplace_back(DeploymentChanged{deployment.key, order.id, standing});
  deployments_.insert(std::move(deployment));
}

}  // namespace governor::core
