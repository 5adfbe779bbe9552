#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/agent.hpp"
#include "core/analysis/calibration.hpp"
#include "core/analysis/failure_calibration.hpp"
#include "core/ground_truth.hpp"

namespace governor::daemon {

// What a store is asked for statistics, and what it answers.

/// Statistics look at no more than this many of an agent's newest updates.
inline constexpr std::size_t kStatisticsRows = 1000;

/// An agent and its newest updates of the present epoch, newest first.
struct RecentUpdates {
  core::AgentProfile profile;
  std::vector<core::UpdateRecord> rows;
};

/// One agent of many, with no more than what trends, anomalies and counts need.
struct FleetAgent {
  core::AgentKey key = 0;
  std::string id;
  core::Lifecycle status = core::Lifecycle::active;
  /// Of the present epoch, newest first, as many as trends look at; of each only health, action, risk and
  /// coherence.
  std::vector<core::UpdateRecord> recent;
};

struct FleetFilter {
  std::optional<core::Lifecycle> status;  ///< none: all but the deleted
  std::string tag;
};

struct FleetSlice {
  std::vector<FleetAgent> agents;  ///< by key, i.e. in the order in which they were created
  core::AgentKey looked_at = 0;    ///< the last key, to go on after
  bool more = false;               ///< there are agents after it
};

/// An update among the newest of one agent or of all.
struct WindowUpdate {
  core::UpdateRecord record;
  /// Every how many updates the controller runs, if the agent has thresholds of its own.
  std::optional<std::uint32_t> own_interval;
};

struct StoredPrediction {
  core::Prediction prediction;
  std::optional<core::GroundTruth> truth;
};

/// Predictions of one agent or, in slices, of all that are not deleted, added up. Of each agent the newest
/// kStatisticsRows updates count.
struct CalibrationScan {
  core::Calibration calibration;
  core::FailureCalibration failures;  ///< of updates that were made from evidence, as was said then
  core::FailureCalibration shipped;   ///< the same without what had been learned
  std::uint64_t predictions = 0;      ///< updates that told a confidence, with or without an outcome
  core::AgentKey after = 0;
  bool more = true;
};

}  // namespace governor::daemon
