// Leases: what ends them, what keeps them, and what is written down of that.
#include <fmt/format.h>

#include <algorithm>

#include "core/lease_errors.hpp"
#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {

void State::audit_lease(const Caller& caller, std::string event, const Lease& lease, std::string_view how,
                        std::int64_t now_us, Changes& changes) {
  const bool is_of_caller = caller.session == lease.claim.holder.session;
  std::string detail = fmt::format("lease {}{} on {}", lease.key,
                                   is_of_caller ? std::string() : " of " + holder_text(lease.claim.holder),
                                   paths_text(lease.claim.paths));
  if (lease.claim.mode == LeaseMode::shared) detail += ", shared";
  if (lease.ended_us == 0) detail += fmt::format(", until {}", utc_text(lease.expires_us));
  if (!how.empty()) detail += fmt::format("; {}", how);
  if (!lease.reason.empty() && lease.ended_us == 0) detail += ": " + lease.reason;
  audit(caller, std::move(event), lease.claim.holder.agent, std::move(detail), now_us, changes);
}

Result<Lease> State::release_lease(const Caller& caller, LeaseKey key, std::int64_t now_us,
                                   Changes& changes) {
  auto lease = own_lease(caller, key);
  if (!lease) {
    // What the caller wants is so already.
    const Lease* over = leases_.find_ended(key);
    if (over != nullptr && over->claim.holder.session == caller.session &&
        over->claim.holder.worker == caller.worker) {
      return *over;
    }
    return std::move(lease.error());
  }
  Lease released = end_lease(key, LeaseEnding::released, {}, now_us, changes);
  audit_lease(caller, "lease_released", released, {}, now_us, changes);
  return released;
}

std::optional<Lease> State::end_lease_use(const Caller& caller, const LeasePath& path,
                                          const LeaseHolder& holder, const std::string& use,
                                          std::int64_t now_us, Changes& changes) {
  const Lease* found = own_lease_covering(path, holder);
  if (found == nullptr) return std::nullopt;
  Lease& lease = *leases_.find(found->key);
  const auto at = std::find(lease.uses.begin(), lease.uses.end(), use);
  // A tool that does not say which call it was has one at a time.
  if (at == lease.uses.end() && !use.empty() && !lease.uses.empty()) return std::nullopt;
  if (at != lease.uses.end()) lease.uses.erase(at);
  if (lease.uses.empty() || use.empty()) {
    auto released = release_lease(caller, lease.key, now_us, changes);
    if (released) return *std::move(released);
    return std::nullopt;
  }
  changes.emplace_back(LeaseSaved{lease});
  audit_lease(caller, "lease_kept", lease, "another write under it is not done", now_us, changes);
  return lease;
}

template <class Predicate>
void State::end_leases_if(Predicate predicate, LeaseEnding ending, std::int64_t now_us, Changes& changes) {
  std::vector<LeaseKey> over;
  for (const auto& [key, lease] : leases_.open()) {
    if (predicate(lease) && !leases_.is_pinned(key)) over.push_back(key);
  }
  for (const LeaseKey key : over) {
    const Lease lease = end_lease(key, ending, {}, now_us, changes);
    audit_lease({}, ending == LeaseEnding::expired ? "lease_expired" : "lease_ended", lease,
                ending == LeaseEnding::expired           ? "its time is over"
                : ending == LeaseEnding::session_ended   ? "its session did not come back"
                : ending == LeaseEnding::released        ? "its session is over"
                : ending == LeaseEnding::deployment_over ? "the deployment of its agent is over"
                : ending == LeaseEnding::lost            ? "another machine has taken its place meanwhile"
                                                         : "its agent was archived or deleted",
                now_us, changes);
  }
}

void State::release_leases_of(const Caller& caller, std::int64_t now_us, Changes& changes) {
  end_leases_if([&](const Lease& lease) { return lease.claim.holder.session == caller.session; },
                LeaseEnding::released, now_us, changes);
  drop_places(caller.session, changes);
}

Result<Lease> State::break_lease(const Caller& caller, LeaseKey key, std::string reason, std::int64_t now_us,
                                 Changes& changes) {
  const Lease* lease = leases_.find(key);
  if (lease == nullptr) {
    if (const Lease* over = leases_.find_ended(key)) return lease_over(*over);
    return about_lease(ErrorCode::not_found, fmt::format("There is no lease {}.", key),
                       "governorctl leases names those that are open.", key);
  }
  if (leases_.is_pinned(key)) {
    return about_lease(ErrorCode::conflict,
                       fmt::format("Lease {} cannot be broken while a file is written.", key),
                       "Try again in a moment.", key);
  }
  const LeaseHolder& holder = lease->claim.holder;
  audit(caller, "lease_broken", holder.agent,
        fmt::format("lease {} of {} on {}: {}", key, holder_text(holder), paths_text(lease->claim.paths),
                    reason),
        now_us, changes);
  return end_lease(key, LeaseEnding::broken, std::move(reason), now_us, changes);
}

Lease State::end_lease(LeaseKey key, LeaseEnding ending, std::string detail, std::int64_t now_us,
                       Changes& changes) {
  Lease lease = *leases_.find(key);
  lease.ended_us = now_us;
  lease.ending = ending;
  lease.ending_detail = std::move(detail);
  changes.emplace_back(LeaseSaved{lease});
  awaited_reports_.erase(key);
  leases_.remove(lease);
  end_approvals_for(key, now_us, changes);
  return lease;
}

void State::expire_leases(std::int64_t now_us, Changes& changes) {
  expire_places(now_us, changes);
  end_leases_if([&](const Lease& lease) { return lease.expires_us <= now_us; }, LeaseEnding::expired, now_us,
                changes);
  end_leases_if(
      [&](const Lease& lease) {
        return lease.orphaned_us != 0 && lease.orphaned_us + lease_policy_.grace_us <= now_us;
      },
      LeaseEnding::session_ended, now_us, changes);
}

std::int64_t State::next_lease_deadline() const {
  if (lease_deadline_.version == leases_.version()) return lease_deadline_.at_us;
  std::int64_t next = next_place_deadline();
  for (const auto& [key, lease] : leases_.open()) {
    if (leases_.is_pinned(key)) continue;
    next = std::min(next, lease.expires_us);
    if (lease.orphaned_us != 0) next = std::min(next, lease.orphaned_us + lease_policy_.grace_us);
  }
  lease_deadline_ = {leases_.version(), next};
  return next;
}

void State::orphan_leases(SessionKey session, std::int64_t now_us, Changes& changes) {
  for (const auto& [key, open] : leases_.open()) {
    if (open.claim.holder.session != session || open.orphaned_us != 0) continue;
    Lease& lease = *leases_.find(key);
    lease.orphaned_us = now_us;
    changes.emplace_back(LeaseSaved{lease});
    audit_lease({}, "lease_kept", lease,
                fmt::format("its session has ended, it is kept for {} s", lease_policy_.grace_us / 1'000'000),
                now_us, changes);
  }
}

/// Who comes with an agent's token goes on with what the agent holds; of one that others work with as well,
/// only with what nobody does.
void State::adopt_leases(const Caller& caller, const Agent& agent, const Session& session, bool has_token,
                         std::int64_t now_us, Changes& changes) {
  for (const auto& [key, open] : leases_.open()) {
    if (open.claim.holder.agent != agent.profile.key || open.claim.holder.session == session.key) continue;
    if ((agent.profile.shared || !has_token) && open.orphaned_us == 0) continue;
    Lease& lease = *leases_.find(key);
    const std::string from = holder_text(lease.claim.holder);
    lease.claim.holder.session = session.key;
    lease.claim.holder.client = session.client_name;
    lease.claim.holder.pid = session.process.pid;
    lease.orphaned_us = 0;
    changes.emplace_back(LeaseSaved{lease});
    audit_lease(caller, "lease_taken_over", lease,
                (has_token ? "with the agent's token, from " : "by its deployment, from ") + from, now_us,
                changes);
  }
}

void State::end_leases_of_deployment(AgentKey agent, const std::vector<SessionKey>& sessions,
                                     std::int64_t now_us, Changes& changes) {
  const auto is_its = [&](const Lease& lease) {
    const LeaseHolder& holder = lease.claim.holder;
    return holder.agent == agent ||
           std::find(sessions.begin(), sessions.end(), holder.session) != sessions.end();
  };
  end_leases_if(is_its, LeaseEnding::deployment_over, now_us, changes);
}

void State::lose_leases(const std::vector<LeaseKey>& keys, std::int64_t now_us, Changes& changes) {
  const auto is_lost = [&](const Lease& lease) {
    return std::find(keys.begin(), keys.end(), lease.key) != keys.end();
  };
  end_leases_if(is_lost, LeaseEnding::lost, now_us, changes);
  // Whoever writes under one of them is kept from it by the clock, and it ends when that is over.
  for (const LeaseKey key : keys) {
    if (Lease* lease = leases_.find(key)) lease->expires_us = std::min(lease->expires_us, now_us);
  }
}

void State::retire_leases(const Agent& agent, std::int64_t now_us, Changes& changes) {
  end_leases_if([&](const Lease& lease) { return lease.claim.holder.agent == agent.profile.key; },
                LeaseEnding::agent_retired, now_us, changes);
}

}  // namespace governor::core
