#include "core/analysis/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace governor::core {
namespace {

constexpr double kCalibratedUpTo = 0.1;

}  // namespace

std::size_t calibration_bin(double confidence) {
  const auto inner_end = kCalibrationEdges.end() - 1;
  const auto above = std::upper_bound(kCalibrationEdges.begin() + 1, inner_end, confidence);
  return static_cast<std::size_t>(above - kCalibrationEdges.begin()) - 1;
}

void CalibrationSums::add(double prediction, bool right) {
  const double error = prediction - (right ? 1.0 : 0.0);
  count += 1;
  correct += right ? 1 : 0;
  confidence += prediction;
  squared_error += error * error;
}

double CalibrationSums::accuracy() const {
  return static_cast<double>(correct) / static_cast<double>(count);
}

double CalibrationSums::mean_confidence() const {
  return confidence / static_cast<double>(count);
}

double CalibrationSums::calibration_error() const {
  return std::abs(accuracy() - mean_confidence());
}

std::uint64_t Calibration::count() const {
  std::uint64_t total = 0;
  for (const CalibrationSums& bin : bins) total += bin.count;
  return total;
}

std::optional<double> Calibration::expected_error() const {
  if (count() == 0) return std::nullopt;
  double sum = 0.0;
  for (const CalibrationSums& bin : bins) {
    if (bin.count != 0) sum += static_cast<double>(bin.count) * bin.calibration_error();
  }
  return sum / static_cast<double>(count());
}

std::optional<double> Calibration::brier_score() const {
  if (count() == 0) return std::nullopt;
  double sum = 0.0;
  for (const CalibrationSums& bin : bins) sum += bin.squared_error;
  return sum / static_cast<double>(count());
}

std::optional<bool> Calibration::calibrated() const {
  if (count() < kCalibrationMinimum) return std::nullopt;
  return *expected_error() <= kCalibratedUpTo;
}

}  // namespace governor::core
