#include "core/update_input.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>

namespace governor::core {
namespace {

constexpr std::array<std::string_view, 10> kSuspiciousPhrases{
    "ignore previous", "system prompt", "jailbreak", "sudo",   "rm -rf",
    "drop table",      "script>",       "violate",   "bypass", "override safety"};

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// For each byte, the set (as bits) of phrases whose character at `index` it is, in either case. Two such
/// tables let one pass over the text look closer only where a phrase begins.
constexpr std::array<std::uint16_t, 256> phrases_by_byte(std::size_t index) {
  std::array<std::uint16_t, 256> table{};
  for (std::size_t i = 0; i < kSuspiciousPhrases.size(); ++i) {
    const auto bit = static_cast<std::uint16_t>(1u << i);
    const auto lower = static_cast<unsigned char>(kSuspiciousPhrases[i][index]);
    table[lower] = static_cast<std::uint16_t>(table[lower] | bit);
    const auto upper = static_cast<unsigned char>(lower - ('a' - 'A'));
    table[upper] = static_cast<std::uint16_t>(table[upper] | bit);
  }
  return table;
}
constexpr auto kByFirstByte = phrases_by_byte(0);
constexpr auto kBySecondByte = phrases_by_byte(1);

bool starts_with_ignoring_case(std::string_view text, std::string_view phrase) {
  if (text.size() < phrase.size()) return false;
  for (std::size_t i = 0; i < phrase.size(); ++i) {
    if (ascii_lower(text[i]) != phrase[i]) return false;
  }
  return true;
}

}  // namespace

TextFeatures examine_text(std::string_view text) {
  TextFeatures features;
  for (const char c : text) features.code_points += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u ? 1 : 0;
  unsigned found = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    unsigned candidates = kByFirstByte[static_cast<unsigned char>(text[i])] &
                          kBySecondByte[static_cast<unsigned char>(text[i + 1])];
    for (candidates &= ~found; candidates != 0; candidates &= candidates - 1) {
      const auto phrase = static_cast<std::size_t>(std::countr_zero(candidates));
      if (starts_with_ignoring_case(text.substr(i), kSuspiciousPhrases[phrase])) found |= 1u << phrase;
    }
  }
  features.hits = std::popcount(found);
  return features;
}

std::optional<Error> validate(const UpdateInput& input) {
  if (input.parameters.size() > UpdateInput::kMaxParameters) {
    return invalid_argument("parameters", fmt::format("a list of {} numbers", input.parameters.size()),
                            fmt::format("at most {} numbers", UpdateInput::kMaxParameters));
  }
  for (std::size_t i = 0; i < input.parameters.size(); ++i) {
    if (!std::isfinite(input.parameters[i])) {
      return invalid_argument(fmt::format("parameters[{}]", i), fmt::format("{}", input.parameters[i]),
                              "a finite number");
    }
  }
  for (std::size_t i = 0; i < input.ethical_drift.size(); ++i) {
    if (!(std::abs(input.ethical_drift[i]) <= 1.0)) {
      return invalid_argument(fmt::format("ethical_drift[{}]", i), fmt::format("{}", input.ethical_drift[i]),
                              "a number from -1 to 1");
    }
  }
  const auto unit = [](const char* name, double value) -> std::optional<Error> {
    if (value >= 0.0 && value <= 1.0) return std::nullopt;
    return invalid_argument(name, fmt::format("{}", value), "a number from 0 to 1");
  };
  if (auto error = unit("complexity", input.complexity)) return error;
  return unit("confidence", input.confidence);
}

}  // namespace governor::core
