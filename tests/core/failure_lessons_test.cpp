#include "core/failure_lessons.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/failure_coefficients.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

constexpr double kUsual = kFailureIntercept;

/// Every `every`-th of `count` has failed, each of which the shipped model said the same.
std::vector<FailureLesson> lessons(int count, int every, double log_odds = kUsual) {
  std::vector<FailureLesson> made;
  for (int i = 1; i <= count; ++i) made.push_back({i, i, log_odds, i % every == 0});
  return made;
}

double usual_with(const std::vector<FailureLesson>& taught) {
  return failure_probability(kUsual, FailureLessons(taught).learning());
}

}  // namespace

TEST_CASE("without outcomes the model is as shipped, and a few hardly move it") {
  const FailureLessons none;
  CHECK(none.learning().shift == 0);
  CHECK(none.learning().scale == 1);
  const double shipped = failure_probability(kUsual, {});
  CHECK(std::abs(usual_with(lessons(3, 1)) - shipped) < 0.05);
  CHECK(std::abs(usual_with(lessons(3, 100)) - shipped) < 0.05);
}

TEST_CASE("many outcomes move what is said towards what comes of it") {
  const double shipped = failure_probability(kUsual, {});
  const double half = usual_with(lessons(400, 2));
  CHECK(half > shipped + 0.15);
  CHECK(half < 0.5);
  CHECK(usual_with(lessons(400, 1000)) < shipped - 0.05);
  // As the model says: nothing to learn.
  CHECK(std::abs(usual_with(lessons(1000, 5)) - 0.2) < 0.02);
}

TEST_CASE("what was learned stays within its bounds, whatever is told") {
  const Learning worst = FailureLessons(lessons(1000, 1)).learning();
  CHECK(worst.shift == FailureLessons::kMostShift);
  const Learning best = FailureLessons(lessons(1000, 5000)).learning();
  CHECK(best.shift == -FailureLessons::kMostShift);
  std::vector<FailureLesson> turned_round;
  for (int i = 0; i < 1000; ++i)
    turned_round.push_back({i, i + 1, kUsual + (i % 2 == 0 ? 2 : -2), i % 2 != 0});
  CHECK(FailureLessons(turned_round).learning().scale == 1 - FailureLessons::kMostScaling);
}

TEST_CASE("signals that tell more here than elsewhere count for more") {
  std::vector<FailureLesson> taught;
  for (int i = 0; i < 400; ++i) {
    const bool high = i % 4 == 0;
    taught.push_back({i, i + 1, kUsual + (high ? 1.0 : -1.0), high});
  }
  CHECK(FailureLessons(taught).learning().scale > 1.2);
}

TEST_CASE("the order in which outcomes came makes no difference, not in the last bit") {
  std::vector<FailureLesson> taught;
  for (int i = 0; i < 300; ++i) taught.push_back({i / 3, i + 1, kUsual + (i % 7) * 0.3, i % 3 == 0});
  FailureLessons one_by_one;
  for (const FailureLesson& lesson : taught) one_by_one.take(lesson);
  std::reverse(taught.begin(), taught.end());
  const FailureLessons at_once(taught);
  CHECK(one_by_one.learning().shift == at_once.learning().shift);
  CHECK(one_by_one.learning().scale == at_once.learning().scale);
}

TEST_CASE("of one update the last word counts, and only the newest outcomes teach") {
  FailureLessons taught(lessons(200, 1));
  const double before = taught.learning().shift;
  for (int i = 1; i <= 200; ++i) taught.take({1000 + i, i, kUsual, false});
  CHECK(taught.count() == 200);
  CHECK(taught.learning().shift < 0);
  CHECK(before > 0);
  for (int i = 1; i <= 1000; ++i) taught.take({2000 + i, 1000 + i, kUsual, i % 5 == 0});
  CHECK(taught.count() == FailureLessons::kLessons);
  CHECK(std::abs(taught.learning().shift) < 0.1);
}

TEST_CASE("what no model says teaches nothing") {
  FailureLessons taught;
  taught.take({1, 1, std::numeric_limits<double>::quiet_NaN(), true});
  taught.take({2, 2, 1e300, true});
  CHECK(taught.count() == 0);
  CHECK(taught.learning().shift == 0);
}
