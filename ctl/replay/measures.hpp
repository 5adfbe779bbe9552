#pragma once

#include <optional>
#include <vector>

namespace governor::ctl::replay {

/// What was said of a run, and how it turned out.
struct Forecast {
  double probability = 0;  ///< that it fails, or another figure that is higher for failures
  bool failed = false;
};

/// Area under the ROC curve: how often a failure is ranked above a success, ties counting half. 0.5 knows
/// nothing, 1 knows all; none without both.
std::optional<double> area_under_roc(std::vector<Forecast> forecasts);
/// Expected calibration error over ten bins of equal width; none of nothing.
std::optional<double> calibration_error(const std::vector<Forecast>& forecasts);
/// Mean of (probability - outcome)²; none of nothing.
std::optional<double> brier_score(const std::vector<Forecast>& forecasts);

}  // namespace governor::ctl::replay
