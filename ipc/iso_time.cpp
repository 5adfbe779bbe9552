#include "ipc/iso_time.hpp"

#include <chrono>
#include <ctime>

namespace governor::ipc {
namespace {

using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

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

/// The sign and what follows; taken off.
std::optional<int> take_offset(std::string_view& text) {
  const int sign = text.starts_with('+') ? 1 : text.starts_with('-') ? -1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  const int hours = take_digits(text, 2);
  take(text, ":");
  const int minutes = take_digits(text, 2);
  const int seconds = take(text, ":") ? take_digits(text, 2) : 0;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59)
    return std::nullopt;
  return sign * (3600 * hours + 60 * minutes + seconds);
}

std::optional<Microseconds> take_date(std::string_view& text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, "-")) return std::nullopt;
  const int month = take_digits(text, 2);
  if (month < 0 || !take(text, "-")) return std::nullopt;
  const int day = take_digits(text, 2);
  if (day < 0) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  return date.ok() ? std::optional<Microseconds>(std::chrono::sys_days(date)) : std::nullopt;
}

}  // namespace

std::string iso_timestamp(std::int64_t us) {
  const Microseconds time = Microseconds(std::chrono::microseconds(us));
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

std::optional<WrittenTime> read_time(std::string_view text) {
  const auto midnight = take_date(text);
  if (!midnight) return std::nullopt;
  WrittenTime read{midnight->time_since_epoch().count(), std::nullopt, false};
  if (text.empty()) return read;
  if (!take(text, "Tt ")) return std::nullopt;
  const int hour = take_digits(text, 2);
  if (hour < 0 || !take(text, ":")) return std::nullopt;
  const int minute = take_digits(text, 2);
  const int second = take(text, ":") ? take_digits(text, 2) : 0;
  const std::int64_t fraction = take(text, ".,") ? take_fraction_us(text) : 0;
  if (take(text, "Zz")) {
    read.offset_seconds = 0;
  } else if (!text.empty()) {
    read.offset_seconds = take_offset(text);
    if (!read.offset_seconds) return std::nullopt;
  }
  if (hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || !text.empty())
    return std::nullopt;
  read.has_clock = true;
  read.wall_us += ((std::int64_t{hour} * 60 + minute) * 60 + second) * 1'000'000 + fraction;
  return read;
}

std::optional<std::int64_t> parse_iso_timestamp(std::string_view text) {
  const auto time = read_time(text);
  const bool has_zone = time && (time->offset_seconds || !time->has_clock);
  return has_zone ? std::optional(time->utc_us()) : std::nullopt;
}

std::optional<int> read_offset(std::string_view text) {
  const auto offset = take_offset(text);
  return text.empty() ? offset : std::nullopt;
}

std::int64_t utc_of_this_machine(std::int64_t wall_us) {
  const auto seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(std::chrono::microseconds(wall_us)).count());
  std::tm fields{};
  ::gmtime_r(&seconds, &fields);
  fields.tm_isdst = -1;
  const std::time_t meant = ::mktime(&fields);
  return wall_us + (static_cast<std::int64_t>(meant) - static_cast<std::int64_t>(seconds)) * 1'000'000;
}

}  // namespace governor::ipc
