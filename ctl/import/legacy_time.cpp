#include "ctl/import/legacy_time.hpp"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

namespace governor::ctl::legacy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLatestTime = 253'402'300'799'999'999;  // the last moment of 9999

/// Takes characters off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  std::optional<int> digits_up_to(std::size_t count, int highest) {
    const auto value = digits(count);
    return value && *value <= highest ? value : std::nullopt;
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] std::size_t leading_digits() const {
    const std::size_t end = rest_.find_first_not_of("0123456789");
    return end == std::string_view::npos ? rest_.size() : end;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// "+02:00" or "-0530" or with seconds; the sign has not been taken yet.
std::optional<int> parse_offset(Cursor& at) {
  const bool west = at.take('-');
  if (!west && !at.take('+')) return std::nullopt;
  const auto hours = at.digits_up_to(2, 23);
  at.take(':');
  const auto minutes = at.digits_up_to(2, 59);
  if (!hours || !minutes) return std::nullopt;
  int seconds = *hours * 3600 + *minutes * 60;
  if (at.take(':')) {
    const auto rest = at.digits_up_to(2, 59);
    if (!rest) return std::nullopt;
    seconds += *rest;
  }
  return west ? -seconds : seconds;
}

std::optional<std::int64_t> parse_date(Cursor& at) {
  const auto year = at.digits(4);
  const bool dashed = year && at.take('-');
  const auto month = dashed ? at.digits(2) : std::nullopt;
  const bool twice = month && at.take('-');
  const auto day = twice ? at.digits(2) : std::nullopt;
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *year == 0) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * 86400 * kSecond;
}

std::optional<std::int64_t> parse_clock(Cursor& at) {
  const auto hour = at.digits_up_to(2, 23);
  const auto minute = hour && at.take(':') ? at.digits_up_to(2, 59) : std::nullopt;
  const auto second = minute && at.take(':') ? at.digits_up_to(2, 59) : std::nullopt;
  if (!second) return std::nullopt;
  std::int64_t us = ((*hour * 60 + *minute) * 60 + *second) * kSecond;
  if (at.take('.')) {
    const std::size_t length = at.leading_digits();
    if (length < 1 || length > 6) return std::nullopt;  // what is finer could not be kept
    std::int64_t fraction = *at.digits(length);
    for (std::size_t i = length; i < 6; ++i) fraction *= 10;
    us += fraction;
  }
  return us;
}

/// What this machine's clock meant; the first of two meanings when summer time ends.
std::int64_t utc_of_this_machine(std::int64_t wall_us) {
  const auto seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(std::chrono::microseconds(wall_us)).count());
  std::tm fields{};
  ::gmtime_r(&seconds, &fields);
  fields.tm_isdst = -1;
  const std::time_t meant = ::mktime(&fields);
  return wall_us + (static_cast<std::int64_t>(meant) - static_cast<std::int64_t>(seconds)) * kSecond;
}

}  // namespace

std::optional<Zone> Zone::parse(std::string_view text) {
  if (text == "utc" || text == "UTC" || text == "Z") return Zone{};
  if (text == "local") return Zone{true, 0};
  Cursor at(text);
  const auto offset = parse_offset(at);
  if (!offset || !at.empty()) return std::nullopt;
  return Zone{false, *offset};
}

std::optional<WrittenTime> parse_written_time(std::string_view text) {
  Cursor at(text);
  const auto date = parse_date(at);
  if (!date || !(at.take('T') || at.take(' '))) return std::nullopt;
  const auto clock = parse_clock(at);
  if (!clock) return std::nullopt;
  WrittenTime time{*date + *clock, std::nullopt};
  if (at.take('Z')) {
    time.offset_seconds = 0;
  } else if (!at.empty()) {
    time.offset_seconds = parse_offset(at);
    if (!time.offset_seconds) return std::nullopt;
  }
  return at.empty() ? std::optional(time) : std::nullopt;
}

std::optional<std::int64_t> TimeReader::read(std::string_view text) {
  const auto time = parse_written_time(text);
  if (!time) return std::nullopt;
  if (!time->offset_seconds) ++without_zone_;
  const std::int64_t us = !time->offset_seconds && zone_.of_this_machine
                              ? utc_of_this_machine(time->wall_us)
                              : time->wall_us - time->offset_seconds.value_or(zone_.offset_seconds) * kSecond;
  return us > 0 && us <= kLatestTime ? std::optional(us) : std::nullopt;
}

std::string time_text(std::int64_t us) {
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(us)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace governor::ctl::legacy
