#include "core/lease_table.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace governor::core {

LeaseTable::Conflicts LeaseTable::conflicts_of(const LeaseClaim& claim, WaiterKey older_than) const {
  Conflicts conflicts;
  for (const auto& [key, lease] : open_) {
    if (lease.claim.conflicts_with(claim)) conflicts.leases.push_back(key);
  }
  for (const auto& [key, waiter] : waiters_) {
    if (older_than != 0 && key >= older_than) break;
    if (waiter.claim.conflicts_with(claim)) conflicts.older.push_back(key);
  }
  return conflicts;
}

std::vector<const LeaseHolder*> LeaseTable::holders_before(const Conflicts& conflicts) const {
  std::vector<const LeaseHolder*> holders;
  for (const LeaseKey key : conflicts.leases) {
    if (const auto found = open_.find(key); found != open_.end())
      holders.push_back(&found->second.claim.holder);
  }
  for (const WaiterKey key : conflicts.older) {
    if (const auto found = waiters_.find(key); found != waiters_.end())
      holders.push_back(&found->second.claim.holder);
  }
  return holders;
}

/// Those who have to wait for `target`, directly or through others.
std::set<LeaseTable::HolderId> LeaseTable::who_waits_for(const LeaseHolder& target) const {
  std::set<HolderId> waiting;
  const auto is_target = [&](const auto& item) { return item.second.claim.holder.is(target); };
  if (std::none_of(open_.begin(), open_.end(), is_target) &&
      std::none_of(waiters_.begin(), waiters_.end(), is_target)) {
    return waiting;
  }
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [key, waiter] : waiters_) {
      if (waiter.claim.holder.is(target) || waiting.contains(id_of(waiter.claim.holder))) continue;
      const auto holders = holders_before(conflicts_.at(key));
      const bool waits = std::any_of(holders.begin(), holders.end(), [&](const LeaseHolder* before) {
        return before->is(target) || waiting.contains(id_of(*before));
      });
      if (!waits) continue;
      waiting.insert(id_of(waiter.claim.holder));
      grown = true;
    }
  }
  return waiting;
}

LeaseTable::Obstacles LeaseTable::obstacles_among(const LeaseClaim& claim, const Conflicts& conflicts) const {
  Obstacles obstacles;
  for (const LeaseKey key : conflicts.leases) {
    if (const auto found = open_.find(key); found != open_.end()) obstacles.leases.push_back(&found->second);
  }
  if (conflicts.older.empty()) return obstacles;
  const std::set<HolderId> behind = who_waits_for(claim.holder);
  for (const WaiterKey key : conflicts.older) {
    const auto found = waiters_.find(key);
    if (found != waiters_.end() && !behind.contains(id_of(found->second.claim.holder)))
      obstacles.waiters.push_back(&found->second);
  }
  return obstacles;
}

LeaseTable::Obstacles LeaseTable::obstacles(const LeaseClaim& claim, WaiterKey waiter) const {
  const auto known = conflicts_.find(waiter);
  return obstacles_among(claim, known != conflicts_.end() ? known->second : conflicts_of(claim, waiter));
}

std::vector<LeaseHolder> LeaseTable::cycle_through(const LeaseHolder& start,
                                                   const Obstacles& obstacles) const {
  struct Step {
    const LeaseHolder* holder;
    std::size_t from;  ///< place of the step before; the first ones are their own
  };
  std::vector<Step> steps;
  std::set<HolderId> seen;
  const auto reach = [&](const LeaseHolder& holder, std::size_t from) {
    if (seen.insert(id_of(holder)).second) steps.push_back({&holder, from});
  };
  for (const Lease* lease : obstacles.leases) reach(lease->claim.holder, steps.size());
  for (const Waiter* waiter : obstacles.waiters) reach(waiter->claim.holder, steps.size());
  for (std::size_t at = 0; at < steps.size(); ++at) {
    if (steps[at].holder->is(start)) {
      std::vector<LeaseHolder> cycle;
      for (std::size_t step = steps[at].from;; step = steps[step].from) {
        cycle.push_back(*steps[step].holder);
        if (steps[step].from == step) break;
      }
      cycle.push_back(start);
      std::reverse(cycle.begin(), cycle.end());
      return cycle;
    }
    const HolderId holder = id_of(*steps[at].holder);
    for (const auto& [key, waiter] : waiters_) {
      if (id_of(waiter.claim.holder) != holder) continue;
      for (const LeaseHolder* before : holders_before(conflicts_.at(key))) reach(*before, at);
    }
  }
  return {};
}

std::vector<LeaseHolder> LeaseTable::find_cycle(const LeaseClaim& claim, WaiterKey waiter) const {
  return cycle_through(claim.holder, obstacles(claim, waiter));
}

void LeaseTable::insert(Lease lease) {
  ++version_;
  // A request that was passed over, since it waits for this very holder, has one more lease before it.
  for (auto& [key, conflicts] : conflicts_) {
    if (waiters_.at(key).claim.conflicts_with(lease.claim)) conflicts.leases.push_back(lease.key);
  }
  const LeaseKey key = lease.key;
  open_.insert_or_assign(key, std::move(lease));
}

void LeaseTable::remove(Lease lease) {
  ++version_;
  open_.erase(lease.key);
  pins_.erase(lease.key);
  ended_.push_back(std::move(lease));
  if (ended_.size() > kRememberedLeases) ended_.pop_front();
}

Lease* LeaseTable::find(LeaseKey key) {
  ++version_;
  const auto found = open_.find(key);
  return found == open_.end() ? nullptr : &found->second;
}

const Lease* LeaseTable::find_ended(LeaseKey key) const {
  const auto found =
      std::find_if(ended_.rbegin(), ended_.rend(), [&](const Lease& lease) { return lease.key == key; });
  return found == ended_.rend() ? nullptr : &*found;
}

const LeaseTable::Waiter& LeaseTable::wait(Waiter waiter) {
  waiter.key = last_waiter_ + 1;
  const WaiterKey key = waiter.key;
  insert(std::move(waiter));
  return waiters_.at(key);
}

void LeaseTable::insert(Waiter waiter) {
  ++version_;
  const WaiterKey key = waiter.key;
  last_waiter_ = std::max(last_waiter_, key);
  conflicts_.insert_or_assign(key, conflicts_of(waiter.claim, key));
  waiters_.insert_or_assign(key, std::move(waiter));
}

LeaseTable::Waiter* LeaseTable::find_waiter(WaiterKey key) {
  ++version_;
  const auto found = waiters_.find(key);
  return found == waiters_.end() ? nullptr : &found->second;
}

LeaseTable::Waiter* LeaseTable::find_waiter(SessionKey session, std::uint64_t line) {
  ++version_;
  const auto found = std::find_if(waiters_.begin(), waiters_.end(), [&](const auto& item) {
    return item.second.line == line && item.second.claim.holder.session == session;
  });
  return found == waiters_.end() || line == 0 ? nullptr : &found->second;
}

void LeaseTable::stop_waiting(WaiterKey key) {
  ++version_;
  waiters_.erase(key);
  conflicts_.erase(key);
}

WaiterKey LeaseTable::next_ready() const {
  bool some_hold = false;  // of those that wait
  for (const auto& [key, waiter] : waiters_) {
    if (waiter.is_away || waiter.asks_others) continue;
    const auto& waiting = waiter.claim.holder;
    const auto& leases = conflicts_.at(key).leases;
    const bool held =
        std::any_of(leases.begin(), leases.end(), [this](LeaseKey lease) { return open_.contains(lease); });
    if (!held && obstacles(waiter.claim, key).none()) return key;
    some_hold = some_hold || std::any_of(open_.begin(), open_.end(), [&waiting](const auto& item) {
                  return item.second.claim.holder.is(waiting);
                });
  }
  if (!some_hold) return 0;
  // A grant may close a circle that no request has closed: its holder may wait for something else as well.
  for (auto waiter = waiters_.rbegin(); waiter != waiters_.rend(); ++waiter) {
    if (!waiter->second.is_away && !waiter->second.asks_others &&
        !find_cycle(waiter->second.claim, waiter->first).empty())
      return waiter->first;
  }
  return 0;
}

void LeaseTable::go_on(Unstored before) {
  ++version_;
  last_waiter_ = std::max(last_waiter_, before.last_waiter);
  pins_ = std::move(before.pins);
  std::erase_if(pins_, [this](const auto& pin) { return !open_.contains(pin.first); });
}

void LeaseTable::pin(LeaseKey key) {
  ++version_;
  ++pins_[key];
}

void LeaseTable::unpin(LeaseKey key) {
  ++version_;
  const auto found = pins_.find(key);
  if (found != pins_.end() && --found->second == 0) pins_.erase(found);
}

}  // namespace governor::core
