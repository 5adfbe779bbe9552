#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/lease.hpp"
#include "core/protection.hpp"

namespace governor::core {

/// Which agents get no new exclusive lease.
enum class LeaseGate : std::uint8_t {
  off,
  on  ///< those that are paused, critical or in a loop
};

/// Two working trees of one git repository in which the same file is wanted.
enum class AcrossWorktrees : std::uint8_t {
  warn,      ///< both get it, and are told of each other
  exclusive  ///< as if it were one file
};

struct LeasePolicy {
  LeaseGate gate = LeaseGate::on;
  std::int64_t grace_us = 30'000'000;  ///< how long leases outlive their session, for it to come back
  AcrossWorktrees across_worktrees = AcrossWorktrees::warn;
  /// For so long it is told that a file was changed in another working tree.
  std::int64_t changed_elsewhere_us = std::int64_t{24} * 3600 * 1'000'000;
};

/// Who stands in the way of a request.
struct LeaseObstacle {
  LeaseKey lease = 0;  ///< 0: an older request, which has nothing yet, or of another machine
  LeaseHolder holder;
  LeaseMode mode = LeaseMode::exclusive;
  std::vector<std::string> paths;
  std::string reason;
  std::int64_t since_us = 0;
  std::int64_t until_us = 0;  ///< 0 for a request
  /// Where the file is that it holds, if that is another working tree of the repository; else empty.
  Worktree worktree{};
  std::string host{};  ///< the other machine; empty: this one
  std::string who{};   ///< whose daemon it is there
};

/// What the other machines of a shared workspace have said to a request.
struct SharedVerdict {
  LeaseKey lease = 0;  ///< the key under which they were asked, which the lease gets
  bool is_granted = false;
  std::uint64_t fence = 0;               ///< of a grant
  std::vector<LeaseObstacle> obstacles;  ///< of none
  std::optional<Error> failure{};        ///< why they have said nothing
  /// What somebody has protected there, of what may not be written without a person's leave; of no grant.
  std::vector<ProtectionElsewhere> protections{};
};

struct LeaseCommand {
  std::string agent_id{};    ///< empty: the session itself asks
  std::string token_hash{};  ///< of the token given, empty when none
  LeaseMode mode = LeaseMode::exclusive;
  std::vector<LeasePath> paths{};
  std::int64_t ttl_us = 0;
  std::int64_t wait_until_us = 0;  ///< not after now: do not wait
  bool direct = false;
  std::string reason{};
  std::string use{};     ///< of a hook: the call of the tool that will write, empty when it is not known
  WaiterKey waiter = 0;  ///< of the request when it runs again
  std::optional<SharedVerdict> verdict{};  ///< of the other machines, when it runs again after `asks_others`
};

struct LeaseOutcome {
  enum class Status {
    granted,
    held,        ///< others have it
    waiting,     ///< in the queue; to be run again when its turn has come
    asks_others  ///< likewise; to be run again with the verdict of the other machines
  };

  Status status = Status::held;
  bool created = false;  ///< of `granted`: it is new, and not the holder's own from before
  Lease lease;           ///< of `granted`; of `asks_others`: its key and claim as they will be
  std::vector<LeaseObstacle> obstacles;
  WaiterKey waiter = 0;            ///< of `waiting` and `asks_others`
  std::int64_t since_us = 0;       ///< when it began to wait; 0: it has not
  std::int64_t wait_until_us = 0;  ///< likewise
  std::size_t ahead = 0;           ///< older requests in the way
};

}  // namespace governor::core
