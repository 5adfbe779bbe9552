#include "core/analysis/distribution.hpp"

#include <algorithm>
#include <cmath>

#include "core/analysis/series.hpp"

namespace governor::core {
namespace {

double percentile(const std::vector<double>& ascending, double share) {
  const double position = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  const double fraction = position - static_cast<double>(below);
  return ascending[below] + fraction * (ascending[above] - ascending[below]);
}

}  // namespace

std::optional<Distribution> distribution_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  Distribution d;
  d.count = values.size();
  d.lowest = values.front();
  d.highest = values.back();
  // Rounding must not carry the mean of equal values beyond them.
  d.mean = std::clamp(*mean_of(values), d.lowest, d.highest);
  double squares = 0.0;
  for (const double value : values) squares += (value - d.mean) * (value - d.mean);
  d.deviation = std::sqrt(squares / static_cast<double>(values.size()));
  d.median = percentile(values, 0.5);
  d.p10 = percentile(values, 0.10);
  d.p25 = percentile(values, 0.25);
  d.p75 = percentile(values, 0.75);
  d.p90 = percentile(values, 0.90);
  return d;
}

}  // namespace governor::core
