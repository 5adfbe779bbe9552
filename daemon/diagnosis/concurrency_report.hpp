#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/diagnosis/conflict_counts.hpp"

namespace governor::daemon {

/// What a call waits for.
enum class WaitsFor {
  nothing,
  agent,         ///< that its agent is loaded from the store
  store,         ///< that the store has read what it asks for
  another_call,  ///< that an earlier call of its connection takes effect
  reload,        ///< that the state is read back after a failed write
  files,         ///< that its work on files is done
  lease,         ///< that others release what it wants to write
  deployment,    ///< that a deployment starts, changes or ends
  person,        ///< that a person answers
  database,      ///< that the database which several machines share has answered
  disk           ///< that what it changed or saw is on the disk
};
std::string_view to_string(WaitsFor what);

/// A call that has not been answered.
struct WaitingCall {
  WaitsFor waits_for = WaitsFor::nothing;
  std::string_view tool;
  std::string agent_id;     ///< empty when it is not known yet, or there is none
  std::string client;       ///< who asked, as far as known
  std::int64_t pid = 0;     ///< likewise
  std::string_view behind;  ///< the tool of the call it waits for; empty unless for another call
  double waited_ms = 0.0;
};

/// How long calls have waited for one kind of thing, since the daemon started.
struct WaitTimes {
  std::string_view waits_for;
  std::uint64_t count = 0;
  double p50_ms = 0.0;
  double p99_ms = 0.0;
  double max_ms = 0.0;
};

struct ConcurrencyReport {
  static constexpr std::size_t kMaxListed = 50;

  std::uint64_t waiting = 0;       ///< in all
  std::vector<WaitingCall> calls;  ///< those that wait longest, at most kMaxListed
  std::uint64_t agents_loading = 0;
  std::uint64_t changes_waiting = 0;  ///< for the next write to begin
  std::uint64_t store_jobs = 0;       ///< reads and writes that wait for the store's thread
  std::vector<WaitTimes> wait_times;
  std::vector<Conflict> conflicts;  ///< of the last hour
};

/// Whoever knows where calls wait. On the state strand.
class ConcurrencySource {
 public:
  virtual ~ConcurrencySource() = default;
  [[nodiscard]] virtual ConcurrencyReport concurrency() const = 0;
};

}  // namespace governor::daemon
