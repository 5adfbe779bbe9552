#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace governor::core {

/// How far `failure_probability` and what came of it agree, over judgements with an outcome. Adds up in a
/// fixed amount of memory, so probabilities are ranked in steps of a thousandth.
class FailureCalibration {
 public:
  static constexpr std::size_t kBins = 10;  ///< of equal width

  struct Bin {
    std::uint64_t count = 0;
    std::uint64_t failed = 0;
    double probability = 0;  ///< sum
  };

  /// `probability` in [0, 1].
  void add(double probability, bool failed);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const std::array<Bin, kBins>& bins() const { return bins_; }
  /// Mean of the bins' |said - failed|, weighed by their counts. None of nothing.
  [[nodiscard]] std::optional<double> expected_error() const;
  /// Mean of (probability - outcome)². None of nothing.
  [[nodiscard]] std::optional<double> brier_score() const;
  /// Area under the ROC curve: how often a failure is ranked above a success, ties counting half. 0.5 knows
  /// nothing, 1 knows all; none without both.
  [[nodiscard]] std::optional<double> area_under_roc() const;

 private:
  static constexpr std::size_t kSteps = 1001;

  struct Step {
    std::uint32_t failed = 0;
    std::uint32_t succeeded = 0;
  };

  std::array<Bin, kBins> bins_{};
  std::array<Step, kSteps> steps_{};
  std::uint64_t count_ = 0;
  double squared_error_ = 0;
};

}  // namespace governor::core
