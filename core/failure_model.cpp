#include "core/failure_model.hpp"

#include <algorithm>
#include <cmath>

#include "core/failure_coefficients.hpp"

namespace governor::core {

namespace {

/// No client shows all amounts: one of which there is nothing was not seen, which speaks neither way.
bool is_unseen(const Signals& signals, Signal signal) {
  const bool is_amount = signal == Signal::said || signal == Signal::uneven || signal == Signal::read;
  return is_amount && value_of(signals, signal) == 0;
}

}  // namespace

double distance_of(const Signals& signals, Signal signal) {
  const auto index = static_cast<std::size_t>(signal);
  const SignalCoefficient& usual = kFailureCoefficients[index];
  return std::clamp((signals[index] - usual.mean) / usual.deviation, -3.0, 3.0);
}

double failure_probability(double log_odds, const Learning& learning) {
  const double moved = kFailureIntercept + learning.shift + learning.scale * (log_odds - kFailureIntercept);
  return 1.0 / (1.0 + std::exp(-moved));
}

FailureEstimate estimate_failure(const Signals& signals, const Learning& learning) {
  FailureEstimate estimate;
  estimate.log_odds = kFailureIntercept;
  const bool seen = std::any_of(signals.begin(), signals.end(), [](double value) { return value > 0; });
  for (std::size_t i = 0; seen && i < kSignals; ++i) {
    const auto signal = static_cast<Signal>(i);
    if (is_unseen(signals, signal)) continue;
    estimate.contributions[i] = kFailureCoefficients[i].weight * distance_of(signals, signal);
    estimate.log_odds += estimate.contributions[i];
  }
  estimate.probability = failure_probability(estimate.log_odds, learning);
  return estimate;
}

}  // namespace governor::core
