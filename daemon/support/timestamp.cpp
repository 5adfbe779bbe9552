#include "daemon/support/timestamp.hpp"

#include <fmt/format.h>

#include <chrono>

namespace governor::daemon {
namespace {

using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

Microseconds time_point(std::int64_t us) {
  return Microseconds(std::chrono::microseconds(us));
}

}  // namespace

std::string iso_timestamp(std::int64_t us) {
  const Microseconds time = time_point(us);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto in_day = static_cast<std::uint64_t>((time - day).count());
  const std::uint64_t seconds = in_day / 1'000'000;
  // Every reply carries one, so the digits are placed by hand.
  std::string text = "0000-00-00T00:00:00.000000Z";
  const auto place = [&text](std::size_t first, std::size_t digits, std::uint64_t value) {
    for (std::size_t i = first + digits; i-- > first; value /= 10)
      text[i] = static_cast<char>('0' + value % 10);
  };
  place(0, 4, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  place(5, 2, static_cast<unsigned>(date.month()));
  place(8, 2, static_cast<unsigned>(date.day()));
  place(11, 2, seconds / 3600);
  place(14, 2, seconds / 60 % 60);
  place(17, 2, seconds % 60);
  place(20, 6, in_day % 1'000'000);
  return text;
}

namespace {

/// Exactly `count` digits at the front of `text`, taken off; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count) return -1;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = 10 * value + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::int64_t take_fraction_us(std::string_view& text) {
  std::int64_t us = 0;
  for (std::int64_t scale = 100'000; !text.empty() && text.front() >= '0' && text.front() <= '9';
       scale /= 10) {
    us += scale * (text.front() - '0');
    text.remove_prefix(1);
  }
  return us;
}

/// Minutes east of UTC at the end of `text`; none if there is no zone.
std::optional<int> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  const int sign = text.empty() ? 0 : text.front() == '+' ? 1 : text.front() == '-' ? -1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  const int hours = take_digits(text, 2);
  take(text, ":");
  const int minutes = take_digits(text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return sign * (60 * hours + minutes);
}

}  // namespace

std::optional<std::int64_t> parse_iso_timestamp(std::string_view text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, "-")) return std::nullopt;
  const int month = take_digits(text, 2);
  if (month < 0 || !take(text, "-")) return std::nullopt;
  const int day = take_digits(text, 2);
  if (day < 0) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  const Microseconds midnight = std::chrono::sys_days(date);
  if (text.empty()) return midnight.time_since_epoch().count();
  if (!take(text, "Tt ")) return std::nullopt;
  const int hour = take_digits(text, 2);
  if (hour < 0 || !take(text, ":")) return std::nullopt;
  const int minute = take_digits(text, 2);
  int second = 0;
  if (take(text, ":")) second = take_digits(text, 2);
  const std::int64_t fraction = take(text, ".,") ? take_fraction_us(text) : 0;
  const auto zone = take_zone(text);
  if (hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || !zone || !text.empty())
    return std::nullopt;
  const auto time = midnight + std::chrono::hours(hour) + std::chrono::minutes(minute - *zone) +
                    std::chrono::seconds(second) + std::chrono::microseconds(fraction);
  return time.time_since_epoch().count();
}

std::string compact_timestamp(std::int64_t us) {
  const std::string iso = iso_timestamp(us);
  return fmt::format("{}T{}{}{}Z", compact_date(us), iso.substr(11, 2), iso.substr(14, 2), iso.substr(17, 2));
}

std::string compact_date(std::int64_t us) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time_point(us)));
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::int64_t system_now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace governor::daemon
