#include "core/account.hpp"

#include <fmt/format.h>

#include <charconv>

namespace governor::core {
namespace {

constexpr std::string_view kAccountVersion = "1";

/// What stands before the next separator, which is taken away with it.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

std::optional<double> number_in(std::string_view word) {
  double value = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (failure != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string Account::pack() const {
  std::string text = fmt::format("{} ", kAccountVersion);
  for (const Provenance from : provenance) text += static_cast<char>('0' + static_cast<int>(from));
  text += fmt::format(" {} {}", log_odds, habits.pack());
  for (const Reason& reason : reasons) {
    const std::string line = fmt::format("\n{:.3f} {}", reason.weight, reason.text);
    if (text.size() + line.size() > kMostBytes) break;
    text += line;
  }
  return text;
}

std::optional<Account> Account::unpack(std::string_view text) {
  Account account;
  std::string_view figures = take_until(text, '\n');
  if (take_until(figures, ' ') != kAccountVersion) return std::nullopt;
  const std::string_view from = take_until(figures, ' ');
  if (from.size() != kInputs) return std::nullopt;
  for (std::size_t i = 0; i < kInputs; ++i) {
    if (from[i] < '0' || from[i] > '3') return std::nullopt;
    account.provenance[i] = static_cast<Provenance>(from[i] - '0');
  }
  const auto log_odds = number_in(take_until(figures, ' '));
  const auto habits = Habits::unpack(figures);
  if (!log_odds || !habits) return std::nullopt;
  account.log_odds = *log_odds;
  account.habits = *habits;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const auto weight = number_in(take_until(line, ' '));
    if (!weight) return std::nullopt;
    account.reasons.push_back({*weight, std::string(line)});
  }
  return account;
}

}  // namespace governor::core
