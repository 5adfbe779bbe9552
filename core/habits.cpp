#include "core/habits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/failure_coefficients.hpp"

namespace governor::core {
namespace {

constexpr std::array<std::string_view, kHabits> kHabitNames{"said", "read", "failed", "edited", "repeated"};
/// Nobody is so regular that less than this is unusual.
constexpr HabitValues kLeastDeviation{0.5, 0.5, 0.25, 0.25, 0.25};

bool read_number(std::string_view& word, double& into) {
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), into);
  if (failure != std::errc() || !std::isfinite(into)) return false;
  word.remove_prefix(static_cast<std::size_t>(end - word.data()));
  if (!word.empty() && word.front() == ',') word.remove_prefix(1);
  return true;
}

}  // namespace

std::string_view to_string(Habit habit) {
  return kHabitNames[static_cast<std::size_t>(habit)];
}

void Habits::note(const HabitValues& turn, std::uint64_t own_after) {
  const bool own = turns_ >= own_after;
  turns_ += 1;
  const auto count = static_cast<double>(turns_);
  // A mean that forgets varies less than a single turn does.
  const double spread = std::sqrt(kForgetting / (2.0 - kForgetting));
  for (std::size_t i = 0; i < kHabits; ++i) {
    recent_[i] += (turn[i] - recent_[i]) * std::max(kForgetting, 1.0 / count);
    const double mean = own ? means_[i] : kUsualHabits[i].mean;
    const double deviation =
        own ? std::max(kLeastDeviation[i], std::sqrt(squares_[i] / (count - 1))) : kUsualHabits[i].deviation;
    deviations_[i] = (recent_[i] - mean) / (deviation * spread);
    const double distance = turn[i] - means_[i];
    means_[i] += distance / count;
    squares_[i] += distance * (turn[i] - means_[i]);
  }
}

double Habits::deviation() const {
  double sum = 0;
  for (const double deviation : deviations_) sum += deviation > 0 ? deviation * deviation : 0;
  return std::sqrt(sum / static_cast<double>(kHabits));
}

std::string Habits::pack() const {
  std::string word = fmt::format("{}", turns_);
  for (const HabitValues* values : {&means_, &squares_, &recent_, &deviations_})
    for (const double value : *values) fmt::format_to(std::back_inserter(word), ",{}", value);
  return word;
}

std::optional<Habits> Habits::unpack(std::string_view word) {
  Habits habits;
  double turns = 0;
  if (!read_number(word, turns) || turns < 0 || turns > 1e15) return std::nullopt;
  habits.turns_ = static_cast<std::uint64_t>(turns);
  for (HabitValues* values : {&habits.means_, &habits.squares_, &habits.recent_, &habits.deviations_})
    for (double& value : *values)
      if (!read_number(word, value)) return std::nullopt;
  if (!word.empty()) return std::nullopt;
  return habits;
}

}  // namespace governor::core
