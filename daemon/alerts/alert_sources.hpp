#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "daemon/alerts/disk_space_watch.hpp"
#include "daemon/alerts/run_marker.hpp"

namespace governor::daemon {

/// What the daemon looks at to warn a person, and how it tells. What is not set is not looked at.
struct AlertSources {
  std::optional<UncleanRun> unclean_run;   ///< before this one
  std::int64_t (*elapsed_us)() = nullptr;  ///< a clock that nobody sets, to compare the system clock with
  std::optional<DiskSpace> (*disk_space)(const std::string& directory) = nullptr;
  std::uint64_t low_disk_bytes = 0;
  std::chrono::milliseconds disk_interval{30'000};
  /// Called on the state strand with each new alert as one JSON object, once it is durable; must not block.
  std::function<void(std::string alert)> report;
};

}  // namespace governor::daemon
