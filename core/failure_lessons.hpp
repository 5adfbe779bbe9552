#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/failure_model.hpp"
#include "core/keys.hpp"

namespace governor::core {

/// How something turned out of which the shipped model had said how likely it is to fail.
struct FailureLesson {
  std::int64_t timestamp_us = 0;  ///< when that was told
  HistoryKey history = 0;         ///< of the update
  double log_odds = 0;            ///< see FailureEstimate
  bool failed = false;
};

/// What this user's outcomes say about the shipped model: the most likely shift and scale of its log-odds,
/// with a prior that they are right as shipped. Made of the newest lessons alone, whatever the order in which
/// they came: so it is the same after a restart, and what it has learned is forgotten again.
class FailureLessons {
 public:
  static constexpr std::size_t kLessons = 1'000;
  /// The prior weighs about as much as a hundred outcomes.
  static constexpr double kShiftDeviation = 0.25;
  static constexpr double kScaleDeviation = 0.25;
  static constexpr double kMostShift = 1.0;
  static constexpr double kMostScaling = 0.5;  ///< the scale is at most so far from 1

  FailureLessons() = default;
  explicit FailureLessons(const std::vector<FailureLesson>& lessons);

  /// Replaces what was told of the same update before.
  void take(const FailureLesson& lesson);
  /// What was told of this update teaches no more.
  void forget(HistoryKey history);
  [[nodiscard]] std::size_t count() const { return lessons_.size(); }
  [[nodiscard]] const Learning& learning() const { return learning_; }

 private:
  void insert(const FailureLesson& lesson);

  std::vector<FailureLesson> lessons_;  ///< oldest first
  Learning learning_;
};

/// The shift and scale that the lessons make most likely, within their bounds.
Learning learn(const std::vector<FailureLesson>& lessons);

}  // namespace governor::core
