#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/error.hpp"

namespace governor::core {

/// The tunable figures of the governance model, with its defaults. Risks and coherences lie in [0, 1].
struct Thresholds {
  double risk_approve = 0.25;
  double risk_revise = 0.50;
  double require_human_risk = 0.40;
  /// 0.60, not 0.65: an agent at rest has coherence 0.65 from below and would need a human for ever.
  double require_human_coherence = 0.60;
  double coherence_critical = 0.60;
  double health_risk_healthy_max = 0.30;
  double health_risk_degraded_max = 0.60;
  double void_initial = 0.15;
  double void_min = 0.10;
  double void_max = 0.30;
  double controller_confidence = 0.8;
  std::uint32_t lambda1_update_interval = 5;  ///< updates, at least 1
  double target_void_frequency = 0.02;
  double target_coherence = 0.60;
  double lambda1_min = 0.05;
  double lambda1_max = 0.20;

  static Thresholds strict();
  /// Of agents whose inputs are measured: a person is called where the agent is to halt, not before.
  static Thresholds evidence();
};

/// One figure under the name that people know it by.
struct ThresholdField {
  std::string_view name;
  double (*get)(const Thresholds& thresholds);
  void (*set)(Thresholds& thresholds, double value);
  bool whole;  ///< a count, not a share
};

/// All figures, in the order of the documentation.
std::span<const ThresholdField> threshold_fields();
/// The figure with this name, or null.
const ThresholdField* find_threshold(std::string_view name);

/// `default`, `strict`, `evidence` or `custom`.
std::string_view profile_name(const Thresholds& thresholds);

bool operator==(const Thresholds& a, const Thresholds& b);

/// Checks ranges and order (approve < revise, healthy < degraded, min <= max) of all values together.
std::optional<Error> validate(const Thresholds& thresholds);

}  // namespace governor::core
