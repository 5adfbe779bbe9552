#include "ctl/time_text.hpp"

#include <array>
#include <chrono>
#include <ctime>

#include "ctl/quantity.hpp"
#include "ipc/duration.hpp"
#include "ipc/iso_time.hpp"

namespace governor::ctl {

namespace {

constexpr std::int64_t kFarSeconds = 2 * 86'400;

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

std::string whole_seconds(std::int64_t utc_us) {
  return ipc::iso_timestamp(utc_us).substr(0, 19) + "Z";
}

/// Seconds of "1h", "3 min ago" or "now".
std::optional<std::int64_t> typed_period(std::string typed) {
  constexpr std::string_view kAgo = " ago";
  if (typed == "now") return 0;
  if (typed.ends_with(kAgo)) {
    typed.resize(typed.size() - kAgo.size());
    std::erase(typed, ' ');
  }
  return ipc::parse_duration(typed);
}

}  // namespace

std::optional<std::int64_t> parse_utc(std::string_view iso) {
  const auto time = ipc::read_time(iso);
  if (!time || time->offset_seconds != 0) return std::nullopt;
  return time->wall_us / 1'000'000;
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
  if (const auto ago = typed_period(typed)) {
    const auto moment = std::chrono::system_clock::now().time_since_epoch() - std::chrono::seconds(*ago);
    return whole_seconds(std::chrono::duration_cast<std::chrono::microseconds>(moment).count());
  }
  const auto time = ipc::read_time(typed);
  if (!time || !time->has_clock || time->offset_seconds) return typed;
  return whole_seconds(ipc::utc_of_this_machine(time->wall_us));
}

}  // namespace governor::ctl
