#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/analysis/decision_counts.hpp"

namespace governor::core {

/// Agents that have their newest health and decision in common, summed up.
struct FleetGroup {
  Health health = Health::unknown;
  std::optional<Action> action;  ///< none before the first update
  std::uint64_t agents = 0;
  // Only what is known is in the sums.
  double risk_sum = 0.0;
  std::uint64_t risk_count = 0;
  double coherence_sum = 0.0;
  std::uint64_t coherence_count = 0;
};

inline constexpr std::size_t kHealths = 4;

/// All agents at a glance, by the newest update of each.
struct FleetSummary {
  std::uint64_t agents = 0;
  std::uint64_t with_updates = 0;
  std::array<std::uint64_t, kHealths> by_health{};  ///< indexed by Health
  DecisionCounts by_decision;
  std::optional<double> mean_risk;
  std::optional<double> mean_coherence;
};

FleetSummary summarize(std::span<const FleetGroup> groups);

}  // namespace governor::core
