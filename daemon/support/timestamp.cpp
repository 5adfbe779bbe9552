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
