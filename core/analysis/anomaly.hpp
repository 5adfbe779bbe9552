#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/series.hpp"

namespace governor::core {

enum class AnomalyKind : std::uint8_t { risk_spike, coherence_drop };
enum class AnomalySeverity : std::uint8_t { medium, high };  // in ascending order

std::string_view to_string(AnomalyKind kind);
std::string_view to_string(AnomalySeverity severity);

/// A sudden turn for the worse in an agent's newest updates.
struct Anomaly {
  AnomalyKind kind = AnomalyKind::risk_spike;
  AnomalySeverity severity = AnomalySeverity::medium;
  double before = 0.0;  ///< means of the values compared
  double after = 0.0;

  /// By how much it is worse; positive.
  [[nodiscard]] double change() const {
    return kind == AnomalyKind::risk_spike ? after - before : before - after;
  }
};

/// For people.
std::string anomaly_message(const Anomaly& anomaly);

/// At most one of each kind. `newest_first` as for trends_of().
std::vector<Anomaly> anomalies_of(std::span<const UpdateRecord> newest_first);

}  // namespace governor::core
