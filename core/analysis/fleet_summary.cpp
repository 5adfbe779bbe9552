#include "core/analysis/fleet_summary.hpp"

namespace governor::core {

FleetSummary summarize(std::span<const FleetGroup> groups) {
  FleetSummary summary;
  double risk = 0.0;
  double coherence = 0.0;
  std::uint64_t risks = 0;
  std::uint64_t coherences = 0;
  for (const FleetGroup& group : groups) {
    summary.agents += group.agents;
    summary.by_health[static_cast<std::size_t>(group.health)] += group.agents;
    if (group.action) {
      summary.with_updates += group.agents;
      summary.by_decision.add(*group.action, group.agents);
    }
    risk += group.risk_sum;
    risks += group.risk_count;
    coherence += group.coherence_sum;
    coherences += group.coherence_count;
  }
  if (risks != 0) summary.mean_risk = risk / static_cast<double>(risks);
  if (coherences != 0) summary.mean_coherence = coherence / static_cast<double>(coherences);
  return summary;
}

}  // namespace governor::core
