#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace governor::core {

/// How values lie. Percentiles between two values are interpolated linearly; the deviation is that of the
/// values themselves (population), not an estimate for others.
struct Distribution {
  std::uint64_t count = 0;
  double mean = 0, median = 0, deviation = 0, lowest = 0, highest = 0;
  double p10 = 0, p25 = 0, p75 = 0, p90 = 0;
};

/// None of nothing. The values must be numbers.
std::optional<Distribution> distribution_of(std::vector<double> values);

}  // namespace governor::core
