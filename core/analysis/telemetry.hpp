#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/decision_counts.hpp"
#include "core/analysis/distribution.hpp"

namespace governor::core {

/// What looks as if agents did not say how sure they really are.
enum class SuspiciousPattern : std::uint8_t { agreeableness, over_conservatism };

std::string_view to_string(SuspiciousPattern pattern);

/// With fewer updates no pattern is looked for.
inline constexpr std::uint64_t kTelemetryMinimum = 10;

/// How agents used their confidence over some updates.
struct Telemetry {
  std::uint64_t updates = 0;
  std::uint64_t due = 0;    ///< of these, the controller of lambda1 was to run, or would have been
  std::uint64_t skips = 0;  ///< of the due ones, too little confidence kept it from running
  DecisionCounts decisions;
  std::optional<Distribution> confidence;  ///< of the updates that told one

  /// The share of the due updates, since at others nothing can be skipped. None while none was due.
  [[nodiscard]] std::optional<double> skip_rate() const;
  [[nodiscard]] std::vector<SuspiciousPattern> suspicious() const;
};

/// For people; the pattern must be one of `telemetry.suspicious()`.
std::string suspicion_message(SuspiciousPattern pattern, const Telemetry& telemetry);

/// Gathers updates one by one, since those of a fleet come from agents with intervals of their own.
class TelemetryCollector {
 public:
  /// `interval`: every how many updates the controller of that agent runs.
  void add(const UpdateRecord& record, std::uint32_t interval);
  [[nodiscard]] Telemetry finish() &&;

 private:
  void add_adaptation(const UpdateRecord& record, std::uint32_t interval);

  Telemetry telemetry_;
  std::vector<double> confidences_;
};

}  // namespace governor::core
