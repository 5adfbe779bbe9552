#include "core/analysis/comparison.hpp"

#include <algorithm>
#include <cmath>

namespace governor::core {
namespace {

constexpr double kDifferentFrom = 0.05;
constexpr double kScale = 0.1;  // that of the model for parameters

std::optional<Difference> difference_in(const ComparedFigure& compared, std::span<const UpdateRecord> rows) {
  std::optional<Difference> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = rows[i].*compared.figure;
    if (std::isnan(value)) continue;
    if (!found) found = Difference{compared.name, i, i, value, value};
    if (value < found->lowest_value) {
      found->lowest = i;
      found->lowest_value = value;
    }
    if (value > found->highest_value) {
      found->highest = i;
      found->highest_value = value;
    }
  }
  return found && found->spread() >= kDifferentFrom ? found : std::nullopt;
}

std::optional<double> likeness(const UpdateRecord& one, const UpdateRecord& other) {
  double squares = 0.0;
  int figures = 0;
  for (const ComparedFigure& compared : kComparedFigures) {
    const double distance = one.*compared.figure - other.*compared.figure;
    if (std::isnan(distance)) continue;
    squares += distance * distance;
    ++figures;
  }
  if (figures == 0) return std::nullopt;
  return std::exp(-std::sqrt(squares / figures) / kScale);
}

}  // namespace

Comparison compare(std::span<const UpdateRecord> newest) {
  Comparison comparison;
  for (const ComparedFigure& compared : kComparedFigures) {
    if (const auto difference = difference_in(compared, newest)) {
      comparison.differences.push_back(*difference);
    }
  }
  std::stable_sort(comparison.differences.begin(), comparison.differences.end(),
                   [](const Difference& a, const Difference& b) { return a.spread() > b.spread(); });
  std::vector<double> likenesses;
  for (std::size_t i = 0; i < newest.size(); ++i) {
    for (std::size_t j = i + 1; j < newest.size(); ++j) {
      if (const auto pair = likeness(newest[i], newest[j])) likenesses.push_back(*pair);
    }
  }
  comparison.similarity = mean_of(likenesses);
  return comparison;
}

}  // namespace governor::core
