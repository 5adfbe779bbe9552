#include "ctl/replay/measures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace governor::ctl::replay {

std::optional<double> area_under_roc(std::vector<Forecast> forecasts) {
  std::ranges::sort(forecasts, {}, &Forecast::probability);
  double failures = 0, successes = 0, won = 0;
  for (std::size_t begin = 0; begin < forecasts.size();) {
    std::size_t end = begin;
    double failed_here = 0;
    for (; end < forecasts.size() && forecasts[end].probability == forecasts[begin].probability; ++end)
      failed_here += forecasts[end].failed ? 1 : 0;
    const double succeeded_here = static_cast<double>(end - begin) - failed_here;
    won += failed_here * (successes + succeeded_here / 2);
    failures += failed_here;
    successes += succeeded_here;
    begin = end;
  }
  if (failures == 0 || successes == 0) return std::nullopt;
  return won / (failures * successes);
}

std::optional<double> calibration_error(const std::vector<Forecast>& forecasts) {
  if (forecasts.empty()) return std::nullopt;
  constexpr std::size_t kBins = 10;
  std::array<double, kBins> differences{};
  for (const Forecast& forecast : forecasts) {
    const auto bin = static_cast<std::size_t>(std::clamp(forecast.probability * kBins, 0.0, kBins - 1.0));
    differences[bin] += forecast.probability - (forecast.failed ? 1 : 0);
  }
  double sum = 0;
  for (const double difference : differences) sum += std::abs(difference);
  return sum / static_cast<double>(forecasts.size());
}

std::optional<double> brier_score(const std::vector<Forecast>& forecasts) {
  if (forecasts.empty()) return std::nullopt;
  double sum = 0;
  for (const Forecast& forecast : forecasts) {
    const double error = forecast.probability - (forecast.failed ? 1 : 0);
    sum += error * error;
  }
  return sum / static_cast<double>(forecasts.size());
}

}  // namespace governor::ctl::replay
