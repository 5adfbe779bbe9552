// Places in the queue for leases: those of numbered lines outlive the connection and the daemon.
#include <algorithm>

#include "core/state.hpp"

namespace governor::core {
namespace {

bool is_same_claim(const LeaseClaim& one, const LeaseClaim& other) {
  return one.holder.is(other.holder) && one.mode == other.mode &&
         std::equal(one.paths.begin(), one.paths.end(), other.paths.begin(), other.paths.end(),
                    [](const LeasePath& a, const LeasePath& b) { return a.pattern == b.pattern; });
}

}  // namespace

/// The place that the request has already; 0: none. A line that has come again goes on where it was, with the
/// deadline that it had. A number from before the state was read back may be another request's.
WaiterKey State::take_place(const Caller& caller, const LeaseClaim& claim, LeaseCommand& command,
                            LeaseOutcome& outcome, Changes& changes) {
  LeaseWaiter* waiter = leases_.find_waiter(command.waiter);
  const bool is_own = waiter != nullptr && waiter->claim.holder.session == caller.session &&
                      waiter->line == caller.line && is_same_claim(waiter->claim, claim);
  if (!is_own) waiter = leases_.find_waiter(caller.session, caller.line);
  if (waiter == nullptr) return 0;
  outcome.since_us = waiter->since_us;
  if (!is_own) command.wait_until_us = waiter->until_us;
  waiter->is_away = false;
  waiter->away_us = 0;
  waiter->asks_others = false;
  if (is_same_claim(waiter->claim, claim)) return waiter->key;
  // What its paths lead to has changed meanwhile.
  stop_waiting(waiter->key, changes);
  return 0;
}

WaiterKey State::begin_waiting(const Caller& caller, const LeaseClaim& claim, const LeaseOutcome& outcome,
                               Changes& changes) {
  LeaseWaiter waiter;
  waiter.claim = claim;
  waiter.line = caller.line;
  waiter.since_us = outcome.since_us;
  waiter.until_us = outcome.wait_until_us;
  const LeaseWaiter& placed = leases_.wait(std::move(waiter));
  if (placed.line != 0) changes.emplace_back(WaiterSaved{placed});
  return placed.key;
}

void State::stop_waiting(WaiterKey key, Changes& changes) {
  const LeaseWaiter* waiter = leases_.find_waiter(key);
  if (waiter == nullptr) return;
  if (waiter->line != 0) changes.emplace_back(WaiterEnded{key});
  leases_.stop_waiting(key);
}

void State::keep_place(WaiterKey key, std::int64_t now_us) {
  LeaseWaiter* waiter = leases_.find_waiter(key);
  if (waiter == nullptr) return;
  waiter->is_away = true;
  waiter->away_us = now_us;
}

void State::heard_others(WaiterKey key) {
  if (LeaseWaiter* waiter = leases_.find_waiter(key)) waiter->asks_others = false;
}

void State::drop_places(SessionKey session, Changes& changes) {
  std::vector<WaiterKey> over;
  for (const auto& [key, waiter] : leases_.waiters()) {
    if (waiter.claim.holder.session == session) over.push_back(key);
  }
  for (const WaiterKey key : over) stop_waiting(key, changes);
}

/// Whoever is away comes back soon or not at all.
void State::expire_places(std::int64_t now_us, Changes& changes) {
  std::vector<WaiterKey> over;
  for (const auto& [key, known] : leases_.waiters()) {
    if (!known.is_away) continue;
    LeaseWaiter& waiter = *leases_.find_waiter(key);
    if (waiter.away_us == 0) waiter.away_us = now_us;
    if (waiter.away_us + lease_policy_.grace_us <= now_us) over.push_back(key);
  }
  for (const WaiterKey key : over) stop_waiting(key, changes);
}

std::int64_t State::next_place_deadline() const {
  std::int64_t next = INT64_MAX;
  for (const auto& [key, waiter] : leases_.waiters()) {
    if (waiter.is_away && waiter.away_us != 0) next = std::min(next, waiter.away_us + lease_policy_.grace_us);
  }
  return next;
}

}  // namespace governor::core
