#pragma once

#include <array>

#include "core/signals.hpp"

namespace governor::core {

/// How far a signal is from what is usual, in standard deviations, at most three.
double distance_of(const Signals& signals, Signal signal);

/// What a user's own outcomes have taught: how the shipped model's log-odds are moved, and how far what is
/// seen moves them from what is usual. See FailureLessons.
struct Learning {
  double shift = 0;
  double scale = 1;
};

struct FailureEstimate {
  double probability = 0;
  double log_odds = 0;  ///< of the shipped model, without what was learned
  /// What each signal adds to the log-odds.
  std::array<double, kSignals> contributions{};
};

/// With what was learned. `log_odds` is that of the shipped model.
double failure_probability(double log_odds, const Learning& learning);

/// The probability that what the agent is about will fail: logistic regression on the signals, with the
/// shipped coefficients. Without signals (nothing was seen) it is what is usual.
FailureEstimate estimate_failure(const Signals& signals, const Learning& learning);

}  // namespace governor::core
