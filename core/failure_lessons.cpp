#include "core/failure_lessons.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/failure_coefficients.hpp"

namespace governor::core {
namespace {

constexpr int kMostSteps = 50;
constexpr int kMostHalvings = 30;
constexpr double kEnough = 1e-10;
/// Beyond all that the shipped model can say; a lesson from a damaged row.
constexpr double kExtremeLogOdds = 50;

bool is_before(const FailureLesson& a, const FailureLesson& b) {
  return std::tie(a.timestamp_us, a.history) < std::tie(b.timestamp_us, b.history);
}

double squared(double value) {
  return value * value;
}

double distance_from_usual(const FailureLesson& lesson) {
  return lesson.log_odds - kFailureIntercept;
}

double log_odds_with(const Learning& learning, const FailureLesson& lesson) {
  return kFailureIntercept + learning.shift + learning.scale * distance_from_usual(lesson);
}

/// What is minimised: the lessons' negative log-likelihood and the prior's.
double cost_of(const std::vector<FailureLesson>& lessons, const Learning& learning) {
  double cost = squared(learning.shift / FailureLessons::kShiftDeviation) / 2 +
                squared((learning.scale - 1) / FailureLessons::kScaleDeviation) / 2;
  for (const FailureLesson& lesson : lessons) {
    const double surprise =
        lesson.failed ? -log_odds_with(learning, lesson) : log_odds_with(learning, lesson);
    cost += std::max(0.0, surprise) + std::log1p(std::exp(-std::abs(surprise)));
  }
  return cost;
}

/// By which Newton's method moves.
Learning newton_step(const std::vector<FailureLesson>& lessons, const Learning& learning) {
  const double shift_weight = 1 / squared(FailureLessons::kShiftDeviation);
  const double scale_weight = 1 / squared(FailureLessons::kScaleDeviation);
  double slope_shift = learning.shift * shift_weight;
  double slope_scale = (learning.scale - 1) * scale_weight;
  double bend_shift = shift_weight, bend_scale = scale_weight, bend_both = 0;
  for (const FailureLesson& lesson : lessons) {
    const double x = distance_from_usual(lesson);
    const double probability = 1 / (1 + std::exp(-log_odds_with(learning, lesson)));
    const double error = probability - (lesson.failed ? 1 : 0);
    const double bend = probability * (1 - probability);
    slope_shift += error;
    slope_scale += error * x;
    bend_shift += bend;
    bend_both += bend * x;
    bend_scale += bend * x * x;
  }
  const double determinant = bend_shift * bend_scale - bend_both * bend_both;
  return {-(bend_scale * slope_shift - bend_both * slope_scale) / determinant,
          -(bend_shift * slope_scale - bend_both * slope_shift) / determinant};
}

}  // namespace

Learning learn(const std::vector<FailureLesson>& lessons) {
  Learning learning;
  if (lessons.empty()) return learning;
  double cost = cost_of(lessons, learning);
  for (int step = 0; step < kMostSteps; ++step) {
    const Learning move = newton_step(lessons, learning);
    Learning next;
    double next_cost = cost;
    double part = 1;
    for (int halving = 0; halving < kMostHalvings; ++halving, part /= 2) {
      next = {learning.shift + part * move.shift, learning.scale + part * move.scale};
      next_cost = cost_of(lessons, next);
      if (next_cost <= cost) break;
    }
    if (!(next_cost <= cost)) break;
    const bool is_enough = cost - next_cost < kEnough;
    learning = next;
    cost = next_cost;
    if (is_enough) break;
  }
  constexpr double kMost = FailureLessons::kMostShift;
  constexpr double kScaling = FailureLessons::kMostScaling;
  learning.shift = std::clamp(learning.shift, -kMost, kMost);
  learning.scale = std::clamp(learning.scale, 1 - kScaling, 1 + kScaling);
  return learning;
}

FailureLessons::FailureLessons(const std::vector<FailureLesson>& lessons) {
  for (const FailureLesson& lesson : lessons) insert(lesson);
  learning_ = learn(lessons_);
}

void FailureLessons::take(const FailureLesson& lesson) {
  insert(lesson);
  learning_ = learn(lessons_);
}

void FailureLessons::forget(HistoryKey history) {
  const auto count =
      std::erase_if(lessons_, [&](const FailureLesson& known) { return known.history == history; });
  if (count > 0) learning_ = learn(lessons_);
}

void FailureLessons::insert(const FailureLesson& lesson) {
  std::erase_if(lessons_, [&](const FailureLesson& known) { return known.history == lesson.history; });
  if (!(std::abs(lesson.log_odds) < kExtremeLogOdds)) return;
  lessons_.insert(std::upper_bound(lessons_.begin(), lessons_.end(), lesson, is_before), lesson);
  if (lessons_.size() > kLessons) lessons_.erase(lessons_.begin());
}

}  // namespace governor::core
