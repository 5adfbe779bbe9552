#include "ctl/quantity.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>

namespace governor::ctl {

namespace {

constexpr double kLongestDuration = 1e15;  // far beyond any uptime, and still exact as an integer

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string decimal(double number, int decimals) {
  if (!std::isfinite(number)) return "-";
  std::array<char, 352> buffer{};  // the longest double with nine decimals
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, number);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::string duration(double seconds) {
  if (!(seconds > 0)) return "0 s";
  const auto whole = static_cast<std::int64_t>(std::fmin(seconds, kLongestDuration));
  const auto two = [](std::int64_t big, const char* big_unit, std::int64_t small, const char* small_unit) {
    std::string text = grouped(big) + big_unit;
    if (small > 0) text.append(1, ' ').append(std::to_string(small)).append(small_unit);
    return text;
  };
  if (whole >= 86400) return two(whole / 86400, " d", whole % 86400 / 3600, " h");
  if (whole >= 3600) return two(whole / 3600, " h", whole % 3600 / 60, " min");
  if (whole >= 60) return two(whole / 60, " min", whole % 60, " s");
  return std::to_string(whole) + " s";
}

std::string milliseconds(double milliseconds) {
  if (!std::isfinite(milliseconds)) return "-";
  if (milliseconds >= 1000) return decimal(milliseconds / 1000, 2) + " s";
  return decimal(milliseconds, milliseconds < 10 ? 2 : 0) + " ms";
}

}  // namespace governor::ctl
