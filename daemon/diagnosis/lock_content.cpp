#include "daemon/diagnosis/lock_content.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <initializer_list>

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t kHighestPid = std::int64_t{1} << 31;
/// Times since the epoch are told apart by their size: seconds, milliseconds or microseconds of this century.
constexpr double kSomeSeconds = 1e9;
constexpr double kSomeMilliseconds = 1e12;
constexpr double kSomeMicroseconds = 1e15;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> plausible_pid(std::optional<std::int64_t> number) {
  return number && *number > 0 && *number < kHighestPid ? number : std::nullopt;
}

std::optional<std::int64_t> instant_of(const json::value& value) {
  if (value.is_string()) return parse_iso_timestamp(value.get_string());
  if (!value.is_number()) return std::nullopt;
  const auto number = value.to_number<double>();
  if (!std::isfinite(number) || number < kSomeSeconds) return std::nullopt;
  const double us_per_unit = number < kSomeMilliseconds ? 1e6 : number < kSomeMicroseconds ? 1e3 : 1.0;
  const double us = number * us_per_unit;
  return us < 1e17 ? std::optional(static_cast<std::int64_t>(us)) : std::nullopt;
}

const json::value* first_of(const json::object& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const json::value* found = object.if_contains(name)) return found;
  }
  return nullptr;
}

std::optional<std::int64_t> pid_of(const json::value& value) {
  if (const auto* number = value.if_int64()) return plausible_pid(*number);
  if (const auto* text = value.if_string()) return plausible_pid(whole_number(*text));
  return std::nullopt;
}

LockContent from_object(const json::object& object) {
  LockContent content;
  if (const auto* pid = first_of(object, {"pid", "owner_pid", "process_id"})) content.pid = pid_of(*pid);
  if (const auto* at = first_of(object, {"timestamp", "locked_at", "acquired_at", "created_at", "time"})) {
    content.locked_us = instant_of(*at);
  }
  if (const auto* at = first_of(object, {"process_start_time", "pid_start_time", "create_time"})) {
    content.owner_started_us = instant_of(*at);
  }
  if (const auto* host = first_of(object, {"hostname", "host"}); host && host->is_string()) {
    content.host = host->get_string().c_str();
  }
  if (const auto* who = first_of(object, {"agent_id", "holder", "owner", "name"}); who && who->is_string()) {
    content.holder = who->get_string().c_str();
  }
  return content;
}

LockContent from_text(std::string_view text) {
  LockContent content;
  const std::size_t line_end = text.find_first_of("\r\n");
  std::string_view first = trimmed(text.substr(0, line_end));
  if (const std::size_t colon = first.rfind(':'); colon != std::string_view::npos) {
    content.host = std::string(trimmed(first.substr(0, colon)));
    first.remove_prefix(colon + 1);
  }
  content.pid = plausible_pid(whole_number(trimmed(first)));
  if (!content.pid) return {};
  if (line_end != std::string_view::npos) {
    const std::string_view rest = trimmed(text.substr(line_end));
    content.holder = std::string(trimmed(rest.substr(0, rest.find_first_of("\r\n"))));
  }
  return content;
}

}  // namespace

LockContent read_lock_content(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.front() != '{') return from_text(text);
  json::error_code error;
  const json::value parsed = json::parse(text, error);
  // Half a record may name half a pid.
  if (error || !parsed.is_object()) return {};
  return from_object(parsed.get_object());
}

}  // namespace governor::daemon
