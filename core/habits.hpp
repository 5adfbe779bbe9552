#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::core {

struct WorkStep;

/// What a turn was like, each per use of a tool, so that long and short turns compare.
enum class Habit : std::uint8_t { said = 0, read = 1, failed = 2, edited = 3, repeated = 4 };
inline constexpr std::size_t kHabits = 5;
using HabitValues = std::array<double, kHabits>;

std::string_view to_string(Habit habit);

/// What is usual of one agent: mean and variance of each habit over its turns, after Welford, and a mean of
/// its last turns that forgets.
class Habits {
 public:
  static constexpr double kForgetting = 0.2;

  /// Takes one more turn in. Before `own_after` turns what the shipped prior says is usual.
  void note(const HabitValues& turn, std::uint64_t own_after);

  [[nodiscard]] std::uint64_t turns() const { return turns_; }
  [[nodiscard]] const HabitValues& means() const { return means_; }
  [[nodiscard]] const HabitValues& squares() const { return squares_; }
  /// How far each habit of the last turns was from what was usual before the newest, in standard deviations.
  [[nodiscard]] const HabitValues& deviations() const { return deviations_; }
  /// Root mean square of those that are upwards.
  [[nodiscard]] double deviation() const;

  /// As one word; reading it back gives exactly the same.
  [[nodiscard]] std::string pack() const;
  static std::optional<Habits> unpack(std::string_view word);

 private:
  std::uint64_t turns_ = 0;
  HabitValues means_{};
  HabitValues squares_{};  ///< sums of squared distances from the mean
  HabitValues recent_{};
  HabitValues deviations_{};
};

}  // namespace governor::core
