#include "ctl/time_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "ctl/quantity.hpp"

namespace governor::ctl {

namespace {

constexpr std::int64_t kFarSeconds = 2 * 86'400;

/// The fields of "YYYY-MM-DD?hh:mm[:ss]"; `rest` is where it ends.
std::optional<std::tm> read_fields(const std::string& text, std::size_t& rest) {
  std::tm time{};
  char between = '\0';
  int end = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%c%2d:%2d%n", &time.tm_year, &time.tm_mon, &time.tm_mday,
                  &between, &time.tm_hour, &time.tm_min, &end) != 6 ||
      (between != ' ' && between != 'T')) {
    return std::nullopt;
  }
  rest = static_cast<std::size_t>(end);
  if (std::sscanf(text.c_str() + rest, ":%2d%n", &time.tm_sec, &end) == 1)
    rest += static_cast<std::size_t>(end);
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  const bool is_sane = time.tm_mon >= 0 && time.tm_mon < 12 && time.tm_mday >= 1 && time.tm_mday <= 31 &&
                       time.tm_hour < 24 && time.tm_min < 60 && time.tm_sec <= 60;
  return is_sane ? std::optional(time) : std::nullopt;
}

std::string formatted(const std::tm& time, const char* format) {
  std::array<char, 64> buffer{};
  const std::size_t length = std::strftime(buffer.data(), buffer.size(), format, &time);
  return {buffer.data(), length};
}

std::string far_text(std::int64_t seconds) {
  const std::time_t moment = static_cast<std::time_t>(seconds);
  std::tm local{};
  return ::localtime_r(&moment, &local) == nullptr ? std::string("-") : formatted(local, "%Y-%m-%d %H:%M:%S");
}

/// The largest unit alone: nobody counts the seconds of an hour ago.
std::string rough_duration(std::int64_t seconds) {
  const std::string exact = duration(static_cast<double>(seconds));
  const std::size_t unit = exact.find(' ');
  return exact.substr(0, exact.find(' ', unit + 1));
}

}  // namespace

std::optional<std::int64_t> parse_utc(std::string_view iso) {
  const std::string text(iso);
  std::size_t rest = 0;
  auto time = read_fields(text, rest);
  if (!time || !text.ends_with('Z')) return std::nullopt;
  return static_cast<std::int64_t>(::timegm(&*time));
}

std::string local_text(const Context& context, const std::string& iso) {
  const auto seconds = parse_utc(iso);
  return context.utc || !seconds ? iso : far_text(*seconds);
}

std::string relative_text(const Context& context, const std::string& iso) {
  const auto seconds = parse_utc(iso);
  if (context.utc || !seconds) return iso;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const std::int64_t ago = now - *seconds;
  if (ago > kFarSeconds || ago < -kFarSeconds) return far_text(*seconds);
  return ago >= 0 ? rough_duration(ago) + " ago" : "in " + rough_duration(-ago);
}

std::string typed_moment(const std::string& typed) {
  std::size_t rest = 0;
  auto time = read_fields(typed, rest);
  if (!time || rest != typed.size()) return typed;
  time->tm_isdst = -1;  // whether it was summer then is the library's to know
  const std::time_t moment = std::mktime(&*time);
  std::tm utc{};
  if (::gmtime_r(&moment, &utc) == nullptr) return typed;
  return formatted(utc, "%Y-%m-%dT%H:%M:%SZ");
}

}  // namespace governor::ctl
