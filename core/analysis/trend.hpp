#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/analysis/series.hpp"

namespace governor::core {

enum class Direction : std::uint8_t { stable, increasing, decreasing };
/// Where an agent is heading, seen from those who depend on it.
enum class Course : std::uint8_t { stable, improving, degrading };

std::string_view to_string(Direction direction);
std::string_view to_string(Course course);

/// How many known values a direction is made of: half of them against the half before. With fewer there is
/// nothing to compare, which counts as stable.
inline constexpr std::size_t kTrendValues = 10;

Direction direction_of(std::span<const double> newest_first);
Course course_of(Direction risk, Direction coherence);

struct Trends {
  Direction risk = Direction::stable;
  Direction coherence = Direction::stable;
  Direction E = Direction::stable;
  Direction I = Direction::stable;
  Direction S = Direction::stable;
  Direction V = Direction::stable;

  [[nodiscard]] Course course() const { return course_of(risk, coherence); }
};

/// `newest_first` are rows of one epoch of one agent, since across a reset there is no trend: at least
/// kRecentRows of them if there are so many.
Trends trends_of(std::span<const UpdateRecord> newest_first);

}  // namespace governor::core
