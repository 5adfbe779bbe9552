#include "core/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace governor::core {
namespace {

template <auto member>
constexpr ThresholdField share(std::string_view name) {
  return {name, [](const Thresholds& t) { return t.*member; }, [](Thresholds& t, double v) { t.*member = v; },
          false};
}

constexpr double kLargestInterval = 1'000'000;

void set_interval(Thresholds& t, double value) {
  t.lambda1_update_interval = static_cast<std::uint32_t>(std::clamp(value, 0.0, kLargestInterval));
}

constexpr std::array<ThresholdField, 16> kFields{
    share<&Thresholds::risk_approve>("risk_approve_threshold"),
    share<&Thresholds::risk_revise>("risk_revise_threshold"),
    share<&Thresholds::require_human_risk>("require_human_risk_threshold"),
    share<&Thresholds::require_human_coherence>("require_human_coherence_threshold"),
    share<&Thresholds::coherence_critical>("coherence_critical_threshold"),
    share<&Thresholds::health_risk_healthy_max>("health_risk_healthy_max"),
    share<&Thresholds::health_risk_degraded_max>("health_risk_degraded_max"),
    share<&Thresholds::void_initial>("void_threshold_initial"),
    share<&Thresholds::void_min>("void_threshold_min"),
    share<&Thresholds::void_max>("void_threshold_max"),
    share<&Thresholds::controller_confidence>("controller_confidence_threshold"),
    ThresholdField{"lambda1_update_interval",
                   [](const Thresholds& t) { return static_cast<double>(t.lambda1_update_interval); },
                   set_interval, true},
    share<&Thresholds::target_void_frequency>("target_void_frequency"),
    share<&Thresholds::target_coherence>("target_coherence"),
    share<&Thresholds::lambda1_min>("lambda1_min"),
    share<&Thresholds::lambda1_max>("lambda1_max"),
};

}  // namespace

Thresholds Thresholds::strict() {
  Thresholds t;
  t.risk_approve = 0.15;
  t.risk_revise = 0.30;
  t.require_human_coherence = 0.65;
  t.health_risk_healthy_max = 0.15;
  t.health_risk_degraded_max = 0.30;
  return t;
}

Thresholds Thresholds::evidence() {
  Thresholds t;
  t.require_human_risk = 0.50;
  return t;
}

std::span<const ThresholdField> threshold_fields() {
  return kFields;
}

const ThresholdField* find_threshold(std::string_view name) {
  const auto* found =
      std::find_if(kFields.begin(), kFields.end(), [&](const ThresholdField& f) { return f.name == name; });
  return found == kFields.end() ? nullptr : found;
}

bool operator==(const Thresholds& a, const Thresholds& b) {
  return std::all_of(kFields.begin(), kFields.end(),
                     [&](const ThresholdField& field) { return field.get(a) == field.get(b); });
}

std::string_view profile_name(const Thresholds& thresholds) {
  if (thresholds == Thresholds{}) return "default";
  if (thresholds == Thresholds::strict()) return "strict";
  return thresholds == Thresholds::evidence() ? "evidence" : "custom";
}

std::optional<Error> validate(const Thresholds& t) {
  for (const ThresholdField& field : kFields) {
    const double value = field.get(t);
    if (field.whole) {
      if (!(value >= 1.0)) {
        return invalid_argument(std::string(field.name), fmt::format("{}", value), "a whole number from 1");
      }
    } else if (!(value >= 0.0 && value <= 1.0)) {
      return invalid_argument(std::string(field.name), fmt::format("{}", value), "a number from 0 to 1");
    }
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
