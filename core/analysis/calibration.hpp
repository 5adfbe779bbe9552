#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace governor::core {

inline constexpr std::size_t kCalibrationBins = 5;
/// Edges of the bins of confidence; each bin takes its lower edge, the last one also its upper.
inline constexpr std::array<double, kCalibrationBins + 1> kCalibrationEdges{0.0, 0.5, 0.7, 0.8, 0.9, 1.0};
/// With fewer outcomes nothing is said about being calibrated.
inline constexpr std::uint64_t kCalibrationMinimum = 10;

/// The bin of a confidence in [0, 1].
std::size_t calibration_bin(double confidence);

/// The predictions of one bin whose outcome is known, summed up.
struct CalibrationSums {
  std::uint64_t count = 0;
  std::uint64_t correct = 0;
  double confidence = 0.0;     ///< sum
  double squared_error = 0.0;  ///< sum of (confidence - outcome)², the outcome being 1 or 0

  void add(double prediction, bool right);

  // Not to be asked of an empty bin.
  [[nodiscard]] double accuracy() const;
  [[nodiscard]] double mean_confidence() const;
  [[nodiscard]] double calibration_error() const;
};

/// How far confidence and truth agree, over predictions that have an outcome and no others.
struct Calibration {
  std::array<CalibrationSums, kCalibrationBins> bins;

  void add(double confidence, bool correct) { bins[calibration_bin(confidence)].add(confidence, correct); }
  [[nodiscard]] std::uint64_t count() const;
  /// Expected calibration error: that of the bins, weighed by their counts. None of nothing.
  [[nodiscard]] std::optional<double> expected_error() const;
  /// Mean of (confidence - outcome)². None of nothing.
  [[nodiscard]] std::optional<double> brier_score() const;
  /// Whether the expected error is at most 0.1; none with too few outcomes to say.
  [[nodiscard]] std::optional<bool> calibrated() const;
};

}  // namespace governor::core
