#include "core/analysis/telemetry.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace governor::core {
namespace {

constexpr double kFewSkips = 0.1;
constexpr double kLowConfidence = 0.7;
constexpr double kManySkips = 0.5;
constexpr double kHighConfidence = 0.85;

}  // namespace

std::string_view to_string(SuspiciousPattern pattern) {
  switch (pattern) {
    case SuspiciousPattern::agreeableness: return "agreeableness";
    case SuspiciousPattern::over_conservatism: return "over_conservatism";
  }
  return "agreeableness";
}

std::optional<double> Telemetry::skip_rate() const {
  if (due == 0) return std::nullopt;
  return static_cast<double>(skips) / static_cast<double>(due);
}

std::vector<SuspiciousPattern> Telemetry::suspicious() const {
  std::vector<SuspiciousPattern> found;
  const std::optional<double> rate = skip_rate();
  if (updates < kTelemetryMinimum || !rate || !confidence) return found;
  if (*rate < kFewSkips && confidence->mean < kLowConfidence)
    found.push_back(SuspiciousPattern::agreeableness);
  if (*rate > kManySkips && confidence->mean > kHighConfidence)
    found.push_back(SuspiciousPattern::over_conservatism);
  return found;
}

std::string suspicion_message(SuspiciousPattern pattern, const Telemetry& t) {
  switch (pattern) {
    case SuspiciousPattern::agreeableness:
      return fmt::format(
          "Confidence is low on average ({:.2f}), and yet only {:.0f}% of the due adaptations were skipped: "
          "it "
          "may be raised just where it counts.",
          t.confidence->mean, *t.skip_rate() * 100.0);
    case SuspiciousPattern::over_conservatism:
      return fmt::format(
          "Confidence is high on average ({:.2f}), and yet {:.0f}% of the due adaptations were skipped: it "
          "may "
          "be lowered just where it counts.",
          t.confidence->mean, *t.skip_rate() * 100.0);
  }
  return {};
}

void TelemetryCollector::add(const UpdateRecord& record, std::uint32_t interval) {
  telemetry_.updates += 1;
  if (record.was_judged()) add_adaptation(record, interval);
  telemetry_.decisions.add(record.action);
  if (!std::isnan(record.confidence)) confidences_.push_back(record.confidence);
}

void TelemetryCollector::add_adaptation(const UpdateRecord& record, std::uint32_t interval) {
  telemetry_.due += record.lambda1_skipped || (interval != 0 && record.updates % interval == 0) ? 1 : 0;
  telemetry_.skips += record.lambda1_skipped ? 1 : 0;
}

Telemetry TelemetryCollector::finish() && {
  telemetry_.confidence = distribution_of(std::move(confidences_));
  return telemetry_;
}

}  // namespace governor::core
