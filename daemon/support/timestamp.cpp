#include "daemon/support/timestamp.hpp"

#include <fmt/format.h>

#include <chrono>

namespace governor::daemon {

std::string compact_timestamp(std::int64_t us) {
  const std::string iso = iso_timestamp(us);
  return fmt::format("{}T{}{}{}Z", compact_date(us), iso.substr(11, 2), iso.substr(14, 2), iso.substr(17, 2));
}

std::string compact_date(std::int64_t us) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(us))));
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::int64_t system_now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace governor::daemon
