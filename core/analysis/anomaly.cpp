#include "core/analysis/anomaly.hpp"

#include <fmt/format.h>

namespace governor::core {
namespace {

/// The newest values are compared with some before them; a change above `medium` counts.
struct Rule {
  AnomalyKind kind;
  Figure figure;
  std::size_t newest;
  std::size_t earlier;
  double medium;
  double high;
};

constexpr Rule kRules[] = {
    {AnomalyKind::risk_spike, &UpdateRecord::risk, 3, 3, 0.15, 0.25},
    {AnomalyKind::coherence_drop, &UpdateRecord::coherence, 3, 2, 0.05, 0.10},
};

}  // namespace

std::string_view to_string(AnomalyKind kind) {
  switch (kind) {
    case AnomalyKind::risk_spike: return "risk_spike";
    case AnomalyKind::coherence_drop: return "coherence_drop";
  }
  return "risk_spike";
}

std::string_view to_string(AnomalySeverity severity) {
  switch (severity) {
    case AnomalySeverity::medium: return "medium";
    case AnomalySeverity::high: return "high";
  }
  return "medium";
}

std::string anomaly_message(const Anomaly& anomaly) {
  const bool spike = anomaly.kind == AnomalyKind::risk_spike;
  return fmt::format("{} by {:.4f}, from {:.4f} to {:.4f}", spike ? "Risk rose" : "Coherence fell",
                     anomaly.change(), anomaly.before, anomaly.after);
}

std::vector<Anomaly> anomalies_of(std::span<const UpdateRecord> newest_first) {
  std::vector<Anomaly> found;
  for (const Rule& rule : kRules) {
    const std::size_t needed = rule.newest + rule.earlier;
    const std::vector<double> values = recent_values(newest_first, rule.figure, needed);
    if (values.size() < needed) continue;
    const std::span<const double> all(values);
    Anomaly anomaly;
    anomaly.kind = rule.kind;
    anomaly.after = *mean_of(all.first(rule.newest));
    anomaly.before = *mean_of(all.subspan(rule.newest));
    if (!(anomaly.change() > rule.medium)) continue;
    anomaly.severity = anomaly.change() > rule.high ? AnomalySeverity::high : AnomalySeverity::medium;
    found.push_back(anomaly);
  }
  return found;
}

}  // namespace governor::core
