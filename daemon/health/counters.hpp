#pragma once

#include <atomic>
#include <cstdint>

#include "daemon/health/latency_histogram.hpp"

namespace governor::daemon {

/// Figures that any thread may read at any time. Health is answered from these alone, so that it answers also
/// when the state strand is busy and when the disk hangs.
struct Counters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> updates{0};
  std::atomic<std::uint64_t> subscriptions{0};  ///< to resources, of connected clients
  std::atomic<std::uint64_t> sequence{0};       ///< newest change that was applied in memory
  std::atomic<std::uint64_t> watermark{0};      ///< newest change that is durable
  std::atomic<std::int64_t> oldest_pending_us{
      0};  ///< steady time at which the oldest undurable change came; 0: none
  std::atomic<std::uint64_t> live_deployments{0};  ///< that are not over
  std::atomic<bool> storage_failing{false};
  std::atomic<bool> storage_lost{false};  ///< and why: the database is not where it was any more
  std::atomic<bool> draining{false};
  std::atomic<bool> watch_trouble{false};     ///< not all files are watched that should be
  std::atomic<bool> shared_trouble{false};    ///< the database of shared workspaces cannot be used
  std::atomic<std::uint64_t> open_losses{0};  ///< alerts of lost data that nobody has acknowledged
  std::atomic<bool> storage_damaged{false};   ///< something could not be read because it is damaged
  LatencyHistogram commit_latency;            ///< from the change to its durability
  LatencyHistogram request_latency;           ///< from the line to its answer
};

}  // namespace governor::daemon
