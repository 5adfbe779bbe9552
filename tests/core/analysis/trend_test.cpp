#include "core/analysis/trend.hpp"

#include <algorithm>
#include <random>

#include "tests/core/analysis/rows.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

Direction risk_direction(const std::vector<double>& oldest_first) {
  return trends_of(rows_with(&UpdateRecord::risk, oldest_first)).risk;
}

}  // namespace

TEST_CASE("a direction is the mean of the last five values against that of the five before") {
  // Means 0.30 and 0.36, then 0.30 and 0.24; what lies further back does not count.
  CHECK(risk_direction({0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.4, 0.4, 0.4}) == Direction::increasing);
  CHECK(risk_direction({0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.2, 0.2, 0.2}) == Direction::decreasing);
  CHECK(risk_direction({0.9, 0.9, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.4, 0.4, 0.4}) ==
        Direction::increasing);
}

TEST_CASE("a change under 0.05 is stable, one above it is not") {
  CHECK(risk_direction({0.5, 0.5, 0.5, 0.5, 0.5, 0.549, 0.549, 0.549, 0.549, 0.549}) == Direction::stable);
  CHECK(risk_direction({0.5, 0.5, 0.5, 0.5, 0.5, 0.551, 0.551, 0.551, 0.551, 0.551}) ==
        Direction::increasing);
  CHECK(risk_direction({0.5, 0.5, 0.5, 0.5, 0.5, 0.451, 0.451, 0.451, 0.451, 0.451}) == Direction::stable);
  CHECK(risk_direction({0.5, 0.5, 0.5, 0.5, 0.5, 0.449, 0.449, 0.449, 0.449, 0.449}) ==
        Direction::decreasing);
}

TEST_CASE("with fewer than ten known values everything is stable") {
  CHECK(risk_direction({}) == Direction::stable);
  CHECK(risk_direction({0, 0, 0, 0, 1, 1, 1, 1, 1}) == Direction::stable);
  CHECK(risk_direction({kUnknown, 0, 0, 0, 0, 1, 1, 1, 1, 1}) == Direction::stable);
}

TEST_CASE("a value that is not known is passed over, wherever it stands") {
  const std::vector<double> known{0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3, 0.3, 0.3};
  for (std::size_t gap = 0; gap <= known.size(); ++gap) {
    std::vector<double> values = known;
    values.insert(values.begin() + static_cast<std::ptrdiff_t>(gap), 3, kUnknown);
    CHECK(risk_direction(values) == Direction::increasing);
  }
}

TEST_CASE("it makes no difference how much more history is given than the recent rows") {
  std::vector<double> values(60, 0.1);
  values.insert(values.end(), {0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3, 0.3});
  values.insert(values.end(), kRecentRows - 9, kUnknown);
  const auto rows = rows_with(&UpdateRecord::risk, values);
  CHECK(trends_of(rows).risk == Direction::stable);  // the tenth known value lies too far back
  CHECK(trends_of(std::span(rows).first(kRecentRows)).risk == Direction::stable);
}

TEST_CASE("every figure has a direction of its own") {
  for (const auto& [figure, direction] :
       {std::pair<Figure, Direction Trends::*>{&UpdateRecord::risk, &Trends::risk},
        {&UpdateRecord::coherence, &Trends::coherence},
        {&UpdateRecord::E, &Trends::E},
        {&UpdateRecord::I, &Trends::I},
        {&UpdateRecord::S, &Trends::S},
        {&UpdateRecord::V, &Trends::V}}) {
    const Trends trends = trends_of(rows_with(figure, {0, 0, 0, 0, 0, -1, -1, -1, -1, -1}));
    for (Direction Trends::*one :
         {&Trends::risk, &Trends::coherence, &Trends::E, &Trends::I, &Trends::S, &Trends::V}) {
      CHECK(trends.*one == (one == direction ? Direction::decreasing : Direction::stable));
    }
  }
}

TEST_CASE("improving is less risk and more coherence, degrading the reverse, all else stable") {
  using enum Direction;
  for (const Direction risk : {stable, increasing, decreasing}) {
    for (const Direction coherence : {stable, increasing, decreasing}) {
      Course expected = Course::stable;
      if (risk == decreasing && coherence == increasing) expected = Course::improving;
      if (risk == increasing && coherence == decreasing) expected = Course::degrading;
      CHECK(course_of(risk, coherence) == expected);
    }
  }
}

TEST_CASE("values told in reverse have the opposite direction") {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  int moving = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<double> values(kTrendValues);
    for (double& value : values) value = unit(random);
    const Direction there = direction_of(values);
    std::reverse(values.begin(), values.end());
    const Direction back = direction_of(values);
    moving += there != Direction::stable ? 1 : 0;
    if (there == Direction::stable) CHECK(back == Direction::stable);
    if (there == Direction::increasing) CHECK(back == Direction::decreasing);
    if (there == Direction::decreasing) CHECK(back == Direction::increasing);
  }
  CHECK(moving > 100);
}
