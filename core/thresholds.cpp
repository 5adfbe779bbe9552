#include "core/thresholds.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace governor::core {

Thresholds Thresholds::strict() {
  Thresholds t;
  t.risk_approve = 0.15;
  t.risk_revise = 0.30;
  t.require_human_coherence = 0.65;
  t.health_risk_healthy_max = 0.15;
  t.health_risk_degraded_max = 0.30;
  return t;
}

std::optional<Error> validate(const Thresholds& t) {
  const std::array<std::pair<const char*, double>, 15> unit_values{{
      {"risk_approve_threshold", t.risk_approve},
      {"risk_revise_threshold", t.risk_revise},
      {"require_human_risk_threshold", t.require_human_risk},
      {"require_human_coherence_threshold", t.require_human_coherence},
      {"coherence_critical_threshold", t.coherence_critical},
      {"health_risk_healthy_max", t.health_risk_healthy_max},
      {"health_risk_degraded_max", t.health_risk_degraded_max},
      {"void_threshold_initial", t.void_initial},
      {"void_threshold_min", t.void_min},
      {"void_threshold_max", t.void_max},
      {"controller_confidence_threshold", t.controller_confidence},
      {"target_void_frequency", t.target_void_frequency},
      {"target_coherence", t.target_coherence},
      {"lambda1_min", t.lambda1_min},
      {"lambda1_max", t.lambda1_max},
  }};
  for (const auto& [name, value] : unit_values) {
    if (!(value >= 0.0 && value <= 1.0)) {
      return invalid_argument(name, fmt::format("{}", value), "a number from 0 to 1");
    }
  }
  if (t.lambda1_update_interval < 1) {
    return invalid_argument("lambda1_update_interval", "0", "a whole number from 1");
  }
  const auto below = [](const char* name, double value, const char* other, double limit,
                        bool equal_allowed) -> std::optional<Error> {
    if (equal_allowed ? value <= limit : value < limit) return std::nullopt;
    return invalid_argument(
        name, fmt::format("{}", value),
        fmt::format("a number {} {} ({})", equal_allowed ? "of at most" : "below", other, limit));
  };
  if (auto e = below("risk_approve_threshold", t.risk_approve, "risk_revise_threshold", t.risk_revise, false))
    return e;
  if (auto e = below("health_risk_healthy_max", t.health_risk_healthy_max, "health_risk_degraded_max",
                     t.health_risk_degraded_max, false))
    return e;
  if (auto e = below("void_threshold_min", t.void_min, "void_threshold_max", t.void_max, true)) return e;
  return below("lambda1_min", t.lambda1_min, "lambda1_max", t.lambda1_max, true);
}

}  // namespace governor::core
