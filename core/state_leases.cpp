// Leases: who may write which files, for how long, and what ends it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/lease_errors.hpp"
#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kMaxOpenLeases = 10'000;
constexpr std::size_t kMaxLeasesOfHolder = 1'000;

constexpr std::size_t kMaxUses = 64;
std::string in_the_way_text(const LeaseTable::Obstacles& obstacles) {
  if (!obstacles.leases.empty()) {
    const Lease& lease = *obstacles.leases.front();
    return fmt::format("held by {} with lease {}", holder_text(lease.claim.holder), lease.key);
  }
  return fmt::format("{} has waited for it for longer", holder_text(obstacles.waiters.front()->claim.holder));
}

std::vector<std::string> texts_of(const std::vector<LeasePath>& paths) {
  std::vector<std::string> texts;
  texts.reserve(paths.size());
  for (const LeasePath& path : paths) texts.push_back(path.text());
  return texts;
}

/// In which other working tree `theirs` has what `ours` wants; none of its own: it is in the way itself.
Worktree worktree_between(const LeaseClaim& theirs, const LeaseClaim& ours) {
  for (const LeasePath& path : theirs.paths) {
    for (const LeasePath& wanted : ours.paths)
      if (path.in_repository.meets(wanted.in_repository)) return path.in_repository.worktree;
  }
  return {};
}

LeaseObstacle obstacle(const Lease& lease, const LeaseClaim& wanted) {
  return {lease.key,    lease.claim.holder, lease.claim.mode, texts_of(lease.claim.paths),
          lease.reason, lease.granted_us,   lease.expires_us, worktree_between(lease.claim, wanted)};
}

LeaseObstacle obstacle(const LeaseTable::Waiter& waiter, const LeaseClaim& wanted) {
  return {0,
          waiter.claim.holder,
          waiter.claim.mode,
          texts_of(waiter.claim.paths),
          {},
          waiter.since_us,
          0,
          worktree_between(waiter.claim, wanted)};
}

std::string held_elsewhere_text(const std::vector<LeaseObstacle>& obstacles) {
  if (obstacles.empty()) return "held on another machine";
  const LeaseObstacle& first = obstacles.front();
  return fmt::format("held on {} by {} of {}", first.host, holder_text(first.holder), first.who);
}

/// Each has a sequence of its own, and so they cannot be asked at once.
std::optional<Error> check_one_workspace(const LeaseClaim& claim) {
  const std::string* first = nullptr;
  for (const LeasePath& path : claim.paths) {
    if (!path.shared.is_known()) continue;
    if (first == nullptr) first = &path.shared.workspace;
    if (*first == path.shared.workspace) continue;
    return invalid_argument("paths", paths_text(claim.paths), "paths of one shared workspace in one request");
  }
  return std::nullopt;
}

Error would_deadlock(const std::vector<LeaseHolder>& cycle) {
  std::vector<std::string> names;
  names.reserve(cycle.size() + 1);
  for (const LeaseHolder& holder : cycle) names.push_back(holder_text(holder));
  names.push_back(names.front());
  Error error(ErrorCode::would_deadlock,
              fmt::format("Waiting would never end: {}.", fmt::join(names, ", who waits for ")),
              "Release what you hold that others wait for, then ask for all you need in one request.");
  error.field = "paths";
  return error;
}

}  // namespace

std::optional<Error> State::check_gate(const Agent& agent, const LeaseClaim& claim,
                                       std::int64_t now_us) const {
  const AgentProfile& profile = agent.profile;
  if (profile.status != Lifecycle::active) return check_may_go_on(agent, INT64_MAX);
  if (lease_policy_.gate == LeaseGate::off) return std::nullopt;
  Error error;
  error.field = "agent_id";
  error.given = profile.id;
  // A loop of rewrites concerns its file alone, and only for a while: who turns to something else goes on at
  // once.
  for (const LeasePath& path : claim.paths) {
    const FileTable::File* file = files_.find(path.text());
    const std::int64_t until =
        file != nullptr ? file->watch.rests_until(FileTable::writer(profile.key, 0)) : 0;
    if (until <= now_us) continue;
    error.code = ErrorCode::loop_detected;
    error.message = fmt::format("Agent \"{}\" wrote {} back and forth and gets no lease for it until {}.",
                                profile.id, path.text(), utc_text(until));
    error.hint = "Write other files meanwhile; then read this one again and write something new.";
    return error;
  }
  // Of an agent whose turns are seen it is known what it does, whatever it reports again.
  const bool is_told =
      profile.loop.kind == LoopKind::repeated_update || profile.loop.kind == LoopKind::repeated_reject;
  if (is_told && !agent.behaviour.turns_are_seen()) {
    error.code = ErrorCode::loop_detected;
    error.message = fmt::format("Agent \"{}\" is in a loop ({}) since {} and gets no exclusive lease.",
                                profile.id, to_string(profile.loop.kind), utc_text(profile.loop.since_us));
    error.hint =
        "Report a different action with process_agent_update, or let a person acknowledge the alert.";
    return error;
  }
  if (agent.last && agent.last->health == Health::critical) {
    error.code = ErrorCode::conflict;
    error.message = fmt::format("Agent \"{}\" is critical and gets no exclusive lease.", profile.id);
    error.hint =
        "get_governance_metrics says why. It may write again when an update makes it healthy, or after a "
        "person has looked and reset it.";
    return error;
  }
  return std::nullopt;
}

Result<LeaseHolder> State::lease_holder(const Caller& caller, const std::string& agent_id,
                                        const std::string& token_hash) {
  const Session* session = find_session(caller.session);
  if (session == nullptr || session->passing) {
    return Error(
        ErrorCode::conflict, "Leases are held by open sessions only.",
        session == nullptr ? "Connect again." : "Give a session in hello, see docs/wire-protocol.md.");
  }
  LeaseHolder holder{session->key, 0, agent_id, session->client_name, session->process.pid, caller.worker};
  if (agent_id.empty()) return holder;
  const Agent* agent = find_agent(agent_id);
  if (agent == nullptr) {
    Error error(ErrorCode::not_found, fmt::format("There is no agent \"{}\".", agent_id),
                "Call register_agent first, or leave agent_id out: the session itself is then the holder.");
    error.field = "agent_id";
    error.given = agent_id;
    return error;
  }
  if (auto error = check_owner(agent->profile, caller, token_hash)) return *std::move(error);
  holder.agent = agent->profile.key;
  return holder;
}

Result<LeaseOutcome> State::request_lease(const Caller& caller, LeaseCommand command, std::int64_t now_us,
                                          Changes& changes) {
  auto holder = lease_holder(caller, command.agent_id, command.token_hash);
  if (!holder) {
    const LeaseWaiter* waiter = leases_.find_waiter(command.waiter);
    // A number from before the state was read back may be another request's.
    if (waiter != nullptr && waiter->claim.holder.session == caller.session && waiter->line == caller.line)
      stop_waiting(command.waiter, changes);
    return std::move(holder.error());
  }
  apply_policy(command.paths);
  const LeaseClaim claim{*std::move(holder), command.mode, std::move(command.paths)};
  LeaseOutcome outcome;
  const WaiterKey place = take_place(caller, claim, command, outcome, changes);
  const auto refuse = [&](Error error) {
    stop_waiting(place, changes);
    return error;
  };

  std::size_t held = 0;
  for (const auto& [key, lease] : leases_.open()) {
    if (!lease.claim.holder.is(claim.holder)) continue;
    ++held;
    if (!lease.claim.covers(claim) || (command.direct && !lease.direct)) continue;
    stop_waiting(place, changes);
    outcome.status = LeaseOutcome::Status::granted;
    Lease& own = *leases_.find(key);
    const bool is_new_use = !command.use.empty() && own.uses.size() < kMaxUses &&
                            std::find(own.uses.begin(), own.uses.end(), command.use) == own.uses.end();
    if (is_new_use) own.uses.push_back(command.use);
    const bool lasts_longer = now_us + command.ttl_us > own.expires_us;
    if (lasts_longer) own.expires_us = now_us + command.ttl_us;
    if (lasts_longer || is_new_use) {
      changes.emplace_back(LeaseSaved{own});
      audit_lease(caller, "lease_renewed", own, "asked for once more", now_us, changes);
    }
    outcome.lease = own;
    return outcome;
  }
  if (command.mode == LeaseMode::exclusive && claim.holder.agent != 0) {
    Agent& agent = *find_agent(claim.holder.agent_id);
    if (auto error = check_gate(agent, claim, now_us)) {
      note_gate(caller, agent, paths_text(claim.paths), now_us, changes);
      return refuse(*std::move(error));
    }
  }
  if (held >= kMaxLeasesOfHolder || leases_.open().size() >= kMaxOpenLeases) {
    return refuse({ErrorCode::limit_exceeded,
                   fmt::format("{} leases are open, {} of them yours; accepted: at most {} and {}.",
                               leases_.open().size(), held, kMaxOpenLeases, kMaxLeasesOfHolder),
                   "Release those that are not needed; a directory takes one lease only."});
  }

  const LeaseTable::Obstacles obstacles = leases_.obstacles(claim, place);
  if (obstacles.none() && claim.is_shared() && !(command.verdict && command.verdict->is_granted)) {
    if (!command.verdict) {
      if (auto error = check_one_workspace(claim)) return refuse(*std::move(error));
      return ask_others(caller, claim, command, place, std::move(outcome), changes);
    }
    if (command.verdict->failure) return refuse(*std::move(command.verdict->failure));
    if (!command.verdict->protections.empty())
      return refuse(
          protected_elsewhere(caller, claim, command.verdict->protections.front(), now_us, changes));
    outcome.obstacles = std::move(command.verdict->obstacles);
    audit(caller, "lease_refused", claim.holder.agent,
          fmt::format("{}: {}", paths_text(claim.paths), held_elsewhere_text(outcome.obstacles)), now_us,
          changes);
    note_refusal(caller, claim.holder.agent_id, Refused::By::lease, paths_text(claim.paths), now_us, changes);
    stop_waiting(place, changes);
    return outcome;
  }
  if (obstacles.none()) {
    stop_waiting(place, changes);
    outcome.lease = grant_lease(caller, claim, command, outcome.since_us, now_us, changes);
    outcome.status = LeaseOutcome::Status::granted;
    outcome.created = true;
    return outcome;
  }
  for (const Lease* lease : obstacles.leases) outcome.obstacles.push_back(obstacle(*lease, claim));
  for (const LeaseTable::Waiter* older : obstacles.waiters)
    outcome.obstacles.push_back(obstacle(*older, claim));
  outcome.ahead = obstacles.waiters.size();
  const AgentKey agent_key = claim.holder.agent;
  if (now_us >= command.wait_until_us) {
    audit(caller, "lease_refused", agent_key,
          fmt::format("{}: {}{}", paths_text(claim.paths), in_the_way_text(obstacles),
                      place != 0 ? "; the time to wait is over" : ""),
          now_us, changes);
    note_refusal(caller, claim.holder.agent_id, Refused::By::lease, paths_text(claim.paths), now_us, changes);
    stop_waiting(place, changes);
    return outcome;
  }
  if (const auto cycle = leases_.find_cycle(claim, place); !cycle.empty()) {
    return refuse(would_deadlock(cycle));
  }
  outcome.status = LeaseOutcome::Status::waiting;
  if (outcome.since_us == 0) outcome.since_us = now_us;
  outcome.wait_until_us = command.wait_until_us;
  if (place == 0) {
    audit(caller, "lease_awaited", agent_key,
          fmt::format("{}: {}", paths_text(claim.paths), in_the_way_text(obstacles)), now_us, changes);
  }
  outcome.waiter = place != 0 ? place : begin_waiting(caller, claim, outcome, changes);
  return outcome;
}

/// Nobody here is in its way. It keeps its place in the queue, so that nobody overtakes it meanwhile.
LeaseOutcome State::ask_others(const Caller& caller, const LeaseClaim& claim, const LeaseCommand& command,
                               WaiterKey place, LeaseOutcome outcome, Changes& changes) {
  outcome.status = LeaseOutcome::Status::asks_others;
  outcome.wait_until_us = command.wait_until_us;
  outcome.waiter = place != 0 ? place : begin_waiting(caller, claim, outcome, changes);
  leases_.find_waiter(outcome.waiter)->asks_others = true;
  outcome.lease.key = ++keys_.lease;
  outcome.lease.claim = claim;
  outcome.lease.reason = command.reason;
  return outcome;
}

Lease& State::grant_lease(const Caller& caller, const LeaseClaim& claim, LeaseCommand& command,
                          std::int64_t waited_since_us, std::int64_t now_us, Changes& changes) {
  Lease lease;
  lease.key = command.verdict ? command.verdict->lease : ++keys_.lease;
  lease.fence = command.verdict ? command.verdict->fence : ++keys_.fence;
  lease.claim = claim;
  lease.direct = command.direct;
  lease.reason = std::move(command.reason);
  if (!command.use.empty()) lease.uses.push_back(std::move(command.use));
  lease.granted_us = now_us;
  lease.expires_us = now_us + command.ttl_us;
  const LeaseKey key = lease.key;
  leases_.insert(std::move(lease));
  Lease& granted = *leases_.find(key);
  changes.emplace_back(LeaseSaved{granted});
  audit_lease(
      caller, "lease_granted", granted,
      waited_since_us != 0 ? fmt::format("waited for since {}", utc_text(waited_since_us)) : std::string(),
      now_us, changes);
  return granted;
}

Result<Lease*> State::own_lease(const Caller& caller, LeaseKey key) {
  Lease* lease = leases_.find(key);
  if (lease == nullptr) {
    if (const Lease* over = leases_.find_ended(key)) return lease_over(*over);
    return about_lease(ErrorCode::not_found, fmt::format("There is no lease {}.", key),
                       "list_leases names those that are open.", key);
  }
  const LeaseHolder& holder = lease->claim.holder;
  // What a hook has taken for its tool's worker ends with the worker's write, and by nobody else.
  if (holder.session == caller.session && holder.worker == caller.worker) return lease;
  return about_lease(
      ErrorCode::not_owner,
      fmt::format("Lease {} belongs to {}, since {}.", key, holder_text(holder), utc_text(lease->granted_us)),
      "Use a lease of your own: request_write.", key);
}

Result<Lease> State::renew_lease(const Caller& caller, LeaseKey key, std::int64_t ttl_us, std::int64_t now_us,
                                 Changes& changes) {
  auto lease = own_lease(caller, key);
  if (!lease) return std::move(lease.error());
  (*lease)->expires_us = now_us + ttl_us;
  changes.emplace_back(LeaseSaved{**lease});
  audit_lease(caller, "lease_renewed", **lease, {}, now_us, changes);
  return **lease;
}

const Lease* State::conflicting_lease(const LeasePath& path, const LeaseHolder& holder,
                                      LeaseMode mode) const {
  const LeaseClaim wanted{holder, mode, {path}};
  for (const auto& [key, lease] : leases_.open()) {
    if (lease.claim.conflicts_with(wanted)) return &lease;
  }
  return nullptr;
}

const Lease* State::own_lease_covering(const LeasePath& path, const LeaseHolder& holder) const {
  const LeaseClaim wanted{holder, LeaseMode::exclusive, {path}};
  for (const auto& [key, lease] : leases_.open()) {
    if (lease.claim.holder.is(holder) && lease.claim.covers(wanted)) return &lease;
  }
  return nullptr;
}

Result<Lease> State::lease_for_write(const Caller& caller, LeaseKey key, const LeasePath& path,
                                     std::int64_t now_us) {
  auto lease = own_lease(caller, key);
  if (!lease) {
    // Who came after it is what its holder wants to know.
    Error error = std::move(lease.error());
    const LeaseHolder self{caller.session, 0, {}, {}, 0, caller.worker};
    const Lease* later = conflicting_lease(path, self, LeaseMode::exclusive);
    if (error.code == ErrorCode::conflict && later != nullptr) {
      error.message += fmt::format(" Since {} the file is leased by {} (lease {}, fencing number {}).",
                                   utc_text(later->granted_us), holder_text(later->claim.holder), later->key,
                                   later->fence);
    }
    return error;
  }
  const Lease& own = **lease;
  // The timer may be late; the moment itself decides.
  if (own.expires_us <= now_us && !leases_.is_pinned(key)) {
    Lease over = own;
    over.ending = LeaseEnding::expired;
    over.ended_us = own.expires_us;
    return lease_over(over);
  }
  if (own.claim.mode != LeaseMode::exclusive) {
    return about_lease(ErrorCode::conflict, fmt::format("Lease {} is shared: it allows reading only.", key),
                       "Ask for an exclusive one with request_write.", key);
  }
  if (!own.claim.covers({own.claim.holder, LeaseMode::exclusive, {path}})) {
    LeasePath alone = path;
    alone.shared = {};
    if (own.claim.covers({own.claim.holder, LeaseMode::exclusive, {std::move(alone)}})) {
      return about_lease(
          ErrorCode::conflict,
          fmt::format("Lease {} was granted by this machine alone, and {} is shared with others.", key,
                      path.text()),
          "Ask for this file with request_write, which asks them as well.", key);
    }
    return about_lease(ErrorCode::conflict,
                       fmt::format("Lease {} does not cover {}; it covers {}.", key, path.text(),
                                   fmt::join(texts_of(own.claim.paths), ", ")),
                       "Ask for a lease on this path with request_write.", key);
  }
  return own;
}

}  // namespace governor::core
