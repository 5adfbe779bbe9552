#include "core/analysis/failure_calibration.hpp"

#include <algorithm>
#include <cmath>

namespace governor::core {

void FailureCalibration::add(double probability, bool failed) {
  const double said = std::clamp(probability, 0.0, 1.0);
  Bin& bin = bins_[std::min(static_cast<std::size_t>(said * kBins), kBins - 1)];
  ++bin.count;
  bin.failed += failed ? 1 : 0;
  bin.probability += said;
  Step& step = steps_[static_cast<std::size_t>(std::lround(said * (kSteps - 1)))];
  ++(failed ? step.failed : step.succeeded);
  ++count_;
  const double error = said - (failed ? 1 : 0);
  squared_error_ += error * error;
}

std::optional<double> FailureCalibration::expected_error() const {
  if (count_ == 0) return std::nullopt;
  double sum = 0;
  for (const Bin& bin : bins_) sum += std::abs(bin.probability - static_cast<double>(bin.failed));
  return sum / static_cast<double>(count_);
}

std::optional<double> FailureCalibration::brier_score() const {
  if (count_ == 0) return std::nullopt;
  return squared_error_ / static_cast<double>(count_);
}

std::optional<double> FailureCalibration::area_under_roc() const {
  double failures = 0;
  double successes = 0;
  double won = 0;
  for (const Step& step : steps_) {
    won += step.failed * (successes + step.succeeded / 2.0);
    failures += step.failed;
    successes += step.succeeded;
  }
  if (failures == 0 || successes == 0) return std::nullopt;
  return won / (failures * successes);
}

}  // namespace governor::core
