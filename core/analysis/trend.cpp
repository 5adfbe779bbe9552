#include "core/analysis/trend.hpp"

#include <cmath>

namespace governor::core {
namespace {

constexpr double kStableBelow = 0.05;

}  // namespace

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::stable: return "stable";
    case Direction::increasing: return "increasing";
    case Direction::decreasing: return "decreasing";
  }
  return "stable";
}

std::string_view to_string(Course course) {
  switch (course) {
    case Course::stable: return "stable";
    case Course::improving: return "improving";
    case Course::degrading: return "degrading";
  }
  return "stable";
}

Direction direction_of(std::span<const double> newest_first) {
  if (newest_first.size() < kTrendValues) return Direction::stable;
  constexpr std::size_t kHalf = kTrendValues / 2;
  const double change = *mean_of(newest_first.first(kHalf)) - *mean_of(newest_first.subspan(kHalf, kHalf));
  if (std::abs(change) < kStableBelow) return Direction::stable;
  return change > 0.0 ? Direction::increasing : Direction::decreasing;
}

Course course_of(Direction risk, Direction coherence) {
  if (risk == Direction::decreasing && coherence == Direction::increasing) return Course::improving;
  if (risk == Direction::increasing && coherence == Direction::decreasing) return Course::degrading;
  return Course::stable;
}

Trends trends_of(std::span<const UpdateRecord> newest_first) {
  const auto direction = [&](Figure figure) {
    return direction_of(recent_values(newest_first, figure, kTrendValues));
  };
  return {direction(&UpdateRecord::risk), direction(&UpdateRecord::coherence), direction(&UpdateRecord::E),
          direction(&UpdateRecord::I),    direction(&UpdateRecord::S),         direction(&UpdateRecord::V)};
}

}  // namespace governor::core
