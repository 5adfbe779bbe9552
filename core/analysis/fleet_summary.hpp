#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/analysis/decision_counts.hpp"
#include "core/analysis/series.hpp"

namespace governor::core {

inline constexpr std::size_t kHealths = 4;

/// Many agents at a glance, by the newest update of each.
struct FleetSummary {
  std::uint64_t agents = 0;
  std::uint64_t with_updates = 0;
  std::array<std::uint64_t, kHealths> by_health{};  ///< indexed by Health
  DecisionCounts by_decision;
  KnownMean risk;
  KnownMean coherence;

  /// `newest` is null for an agent without updates in its present epoch.
  void add(const UpdateRecord* newest) {
    agents += 1;
    const auto health = static_cast<std::size_t>(newest != nullptr ? newest->health : Health::unknown);
    by_health[health < kHealths ? health : 0] += 1;  // a damaged row may hold anything
    if (newest == nullptr) return;
    with_updates += 1;
    by_decision.add(newest->action);
    risk.add(newest->risk);
    coherence.add(newest->coherence);
  }
};

}  // namespace governor::core
