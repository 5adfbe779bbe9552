#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/update_record.hpp"

namespace governor::core {

// Rows of history come newest first, as the store gives them. A figure that is not known (NaN, in what was
// imported) is passed over: neighbours of a gap count as neighbours.

using Figure = double UpdateRecord::*;

/// As far back as trends and anomalies look for known values, so that all who show them say the same.
inline constexpr std::size_t kRecentRows = 32;

/// The newest `most` known values of one figure in the recent rows, newest first.
inline std::vector<double> recent_values(std::span<const UpdateRecord> newest_first, Figure figure,
                                         std::size_t most) {
  std::vector<double> values;
  for (const UpdateRecord& row : newest_first.first(std::min(newest_first.size(), kRecentRows))) {
    if (values.size() == most) break;
    if (!std::isnan(row.*figure)) values.push_back(row.*figure);
  }
  return values;
}

/// None of nothing.
inline std::optional<double> mean_of(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Mean of the values that are known, gathered one by one.
class KnownMean {
 public:
  void add(double value) {
    if (std::isnan(value)) return;
    sum_ += value;
    ++count_;
  }
  /// None of nothing.
  [[nodiscard]] std::optional<double> mean() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / static_cast<double>(count_);
  }

 private:
  double sum_ = 0.0;
  std::uint64_t count_ = 0;
};

}  // namespace governor::core
