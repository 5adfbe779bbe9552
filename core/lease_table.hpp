#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/lease.hpp"

namespace governor::core {

/// The open leases, and the requests that wait for them in the order in which they came. It decides who may
/// have what and finds deadlocks; it knows no time.
///
/// A request may be granted when it conflicts with no open lease and no older request, so that shared leases
/// never starve an exclusive one. Requests that wait, directly or not, for the very holder that asks do not
/// count: putting the holder behind them would be a deadlock.
class LeaseTable {
 public:
  using Waiter = LeaseWaiter;

  /// What stands in the way of a claim. Valid until the table changes.
  struct Obstacles {
    std::vector<const Lease*> leases;
    std::vector<const Waiter*> waiters;
    [[nodiscard]] bool none() const { return leases.empty() && waiters.empty(); }
  };
  /// Of a claim that does not wait yet, or (`waiter` not 0) of one that does.
  [[nodiscard]] Obstacles obstacles(const LeaseClaim& claim, WaiterKey waiter = 0) const;

  /// Whom the holder of the claim would wait for in a circle: each waits for the next, the last for the
  /// first. Empty when waiting is safe.
  [[nodiscard]] std::vector<LeaseHolder> find_cycle(const LeaseClaim& claim, WaiterKey waiter = 0) const;

  void insert(Lease lease);
  /// The lease is over. Remembers it for a while, for whoever comes with it later.
  void remove(Lease lease);
  /// To be changed; who only looks takes it from `open`.
  Lease* find(LeaseKey key);
  [[nodiscard]] const Lease* find_ended(LeaseKey key) const;
  [[nodiscard]] const std::map<LeaseKey, Lease>& open() const { return open_; }
  [[nodiscard]] const std::deque<Lease>& ended() const { return ended_; }

  /// At the end of the queue; gives it its key.
  const Waiter& wait(Waiter waiter);
  /// One that the store has kept, with its key. The older ones and the leases must be there already.
  void insert(Waiter waiter);
  /// To be changed, as those of `find`.
  [[nodiscard]] Waiter* find_waiter(WaiterKey key);
  /// That of a numbered line.
  [[nodiscard]] Waiter* find_waiter(SessionKey session, std::uint64_t line);
  void stop_waiting(WaiterKey key);
  [[nodiscard]] const std::map<WaiterKey, Waiter>& waiters() const { return waiters_; }
  /// The oldest request whose turn has come, else the youngest of those that wait in a circle; 0: none. One
  /// whose caller is away keeps its place, and has no turn; nor has one that asks other machines.
  [[nodiscard]] WaiterKey next_ready() const;

  /// While a lease is pinned its holder is writing: it must not end.
  void pin(LeaseKey key);
  void unpin(LeaseKey key);
  [[nodiscard]] bool is_pinned(LeaseKey key) const { return pins_.contains(key); }

  /// Grows whenever leases or requests may have changed, so that those who go through all of them need not do
  /// it at every call.
  [[nodiscard]] std::uint64_t version() const { return version_; }

  /// What does not stand in the open leases and has to go on all the same when the table is made anew from
  /// what is stored: files are being written meanwhile, and requests that are going to wait again know their
  /// old keys.
  struct Unstored {
    WaiterKey last_waiter = 0;
    std::unordered_map<LeaseKey, int> pins;
  };
  [[nodiscard]] Unstored unstored() const { return {last_waiter_, pins_}; }
  /// To be called when the leases are there, and before anybody waits.
  void go_on(Unstored before);

  static constexpr std::size_t kRememberedLeases = 512;

 private:
  struct HolderId {
    SessionKey session;
    AgentKey agent;
    std::string worker;
    auto operator<=>(const HolderId&) const = default;  // NOLINT(modernize-use-nullptr): it misreads this
  };
  /// What a request conflicts with, as keys: looked up once, since neither ever changes.
  struct Conflicts {
    std::vector<LeaseKey> leases;
    std::vector<WaiterKey> older;
  };

  static HolderId id_of(const LeaseHolder& holder) { return {holder.session, holder.agent, holder.worker}; }
  [[nodiscard]] Conflicts conflicts_of(const LeaseClaim& claim, WaiterKey older_than) const;
  /// Those of a waiter that still exist.
  [[nodiscard]] std::vector<const LeaseHolder*> holders_before(const Conflicts& conflicts) const;
  [[nodiscard]] std::set<HolderId> who_waits_for(const LeaseHolder& target) const;
  [[nodiscard]] Obstacles obstacles_among(const LeaseClaim& claim, const Conflicts& conflicts) const;
  [[nodiscard]] std::vector<LeaseHolder> cycle_through(const LeaseHolder& start,
                                                       const Obstacles& obstacles) const;

  std::map<LeaseKey, Lease> open_;
  std::deque<Lease> ended_;  ///< oldest first
  std::map<WaiterKey, Waiter> waiters_;
  std::unordered_map<WaiterKey, Conflicts> conflicts_;
  std::unordered_map<LeaseKey, int> pins_;
  WaiterKey last_waiter_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace governor::core
