#include "daemon/tools/arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>
#include <limits>

#include "core/agent_id.hpp"
#include "core/cut_text.hpp"

#include "daemon/support/timestamp.hpp"
#include "ipc/plain_json.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

/// Short enough for a message, whatever was given.
std::string shown_value(const json::value& value) {
  constexpr std::size_t kLongest = 80;
  if (value.is_array() && value.get_array().size() > 8) {
    return fmt::format("a list of {} values", value.get_array().size());
  }
  if (value.is_object()) return "an object";
  if (value.is_double() && !std::isfinite(value.get_double())) return "a number too large for a double";
  std::string text = ipc::plain_json(value);
  if (text.size() > kLongest) text = std::string(core::cut_text(text, kLongest)) + "...";
  return text;
}

std::optional<double> as_number(const json::value& value) {
  if (const auto* x = value.if_double()) return *x;
  if (const auto* x = value.if_int64()) return static_cast<double>(*x);
  if (const auto* x = value.if_uint64()) return static_cast<double>(*x);
  return std::nullopt;
}

/// A double counts where it is whole and surely what was written: beyond 2^53 it may be the nearest to it
/// only.
std::optional<std::int64_t> as_integer(const json::value& value) {
  if (const auto* x = value.if_int64()) return *x;
  constexpr double kExact = 9007199254740992.0;
  const auto* x = value.if_double();
  if (x == nullptr || !(std::fabs(*x) <= kExact) || *x != std::floor(*x)) return std::nullopt;
  return static_cast<std::int64_t>(*x);
}

bool in_range(const std::optional<double>& x, double lowest, double highest) {
  return x && std::isfinite(*x) && *x >= lowest && *x <= highest;
}

std::string range_text(double lowest, double highest) {
  if (highest == std::numeric_limits<double>::max()) return "a finite number";
  return fmt::format("a number from {} to {}", lowest, highest);
}

}  // namespace

const json::value* Arguments::take(std::string_view name) {
  known_.push_back(name);
  return object_.if_contains(name);
}

void Arguments::refuse(core::Error error) {
  if (!error_) error_ = std::move(error);
}

void Arguments::refuse(std::string_view name, const json::value& given, std::string expected) {
  refuse(core::invalid_argument(std::string(name), shown_value(given), std::move(expected)));
}

std::optional<std::string_view> Arguments::text_view(std::string_view name, std::size_t max_bytes) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  const json::string* string = value->if_string();
  if (string == nullptr || string->size() > max_bytes) {
    refuse(name, *value, fmt::format("a text of at most {} bytes", max_bytes));
    return std::nullopt;
  }
  return std::string_view(*string);
}

std::optional<std::string> Arguments::text(std::string_view name, std::size_t max_bytes) {
  const auto view = text_view(name, max_bytes);
  return view ? std::optional(std::string(*view)) : std::nullopt;
}

std::optional<std::string> Arguments::agent_id(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    refuse(name, *value, "a text of 1 to 128 characters of A-Z a-z 0-9 . _ -");
    return std::nullopt;
  }
  std::string id(value->get_string());
  if (auto error = core::validate_agent_id(name, id)) refuse(*std::move(error));
  return id;
}

std::vector<std::string> Arguments::agent_ids(std::string_view name, std::size_t min_count,
                                              std::size_t max_count) {
  const json::value* value = take(name);
  if (value == nullptr) return {};
  const json::array* array = value->if_array();
  if (array == nullptr || array->size() < min_count || array->size() > max_count) {
    refuse(name, *value, fmt::format("a list of {} to {} agent ids", min_count, max_count));
    return {};
  }
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string element = fmt::format("{}[{}]", name, i);
    const json::string* id = (*array)[i].if_string();
    if (id == nullptr) {
      refuse(element, (*array)[i], "an agent id");
      return {};
    }
    if (auto error = core::validate_agent_id(element, *id)) refuse(*std::move(error));
    ids.emplace_back(*id);
  }
  return ids;
}

void Arguments::require(std::string_view name, std::string expected) {
  if (missing_ || object_.contains(name)) return;
  missing_ = core::invalid_argument(std::string(name), "missing", std::move(expected));
}

double Arguments::number(std::string_view name, double absent, double lowest, double highest) {
  const json::value* value = take(name);
  if (value == nullptr) return absent;
  const auto x = as_number(*value);
  if (in_range(x, lowest, highest)) return *x;
  refuse(name, *value, range_text(lowest, highest));
  return absent;
}

std::int64_t Arguments::integer(std::string_view name, std::int64_t absent, std::int64_t lowest,
                                std::int64_t highest) {
  const json::value* value = take(name);
  if (value == nullptr) return absent;
  const auto x = as_integer(*value);
  if (x && *x >= lowest && *x <= highest) return *x;
  refuse(name, *value, fmt::format("a whole number from {} to {}", lowest, highest));
  return absent;
}

std::int64_t Arguments::integer_or_null(std::string_view name, std::int64_t absent, std::int64_t lowest,
                                        std::int64_t highest) {
  const json::value* value = take(name);
  return value != nullptr && value->is_null() ? absent : integer(name, absent, lowest, highest);
}

bool Arguments::flag(std::string_view name, bool absent) {
  const json::value* value = take(name);
  if (value == nullptr) return absent;
  if (const bool* flag = value->if_bool()) return *flag;
  refuse(name, *value, "true or false");
  return absent;
}

std::vector<double> Arguments::numbers(std::string_view name, std::size_t max_count, double lowest,
                                       double highest) {
  std::vector<double> result;
  const json::value* value = take(name);
  if (value == nullptr) return result;
  const json::array* array = value->if_array();
  if (array == nullptr || array->size() > max_count) {
    refuse(name, *value, fmt::format("a list of at most {} numbers", max_count));
    return result;
  }
  result.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto x = as_number((*array)[i]);
    if (!in_range(x, lowest, highest)) {
      refuse(fmt::format("{}[{}]", name, i), (*array)[i], range_text(lowest, highest));
      return {};
    }
    result.push_back(*x);
  }
  return result;
}

std::optional<std::vector<std::string>> Arguments::texts(std::string_view name, std::size_t max_count,
                                                         std::size_t max_bytes) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  const json::array* array = value->if_array();
  const auto expected = [&] {
    return fmt::format("a list of at most {} texts of at most {} bytes", max_count, max_bytes);
  };
  if (array == nullptr || array->size() > max_count) {
    refuse(name, *value, expected());
    return std::nullopt;
  }
  std::vector<std::string> result;
  for (const json::value& item : *array) {
    if (!item.is_string() || item.get_string().size() > max_bytes) {
      refuse(name, item, expected());
      return std::nullopt;
    }
    result.emplace_back(item.get_string());
  }
  return result;
}

std::string Arguments::choice(std::string_view name, const std::vector<std::string_view>& choices) {
  const json::value* value = take(name);
  if (value == nullptr) return std::string(choices.front());
  // An empty first choice only stands for "absent".
  const auto first = choices.begin() + (choices.front().empty() ? 1 : 0);
  if (const json::string* string = value->if_string()) {
    if (std::find(first, choices.end(), std::string_view(*string)) != choices.end())
      return std::string(*string);
  }
  refuse(name, *value, fmt::format("one of {}", fmt::join(first, choices.end(), ", ")));
  return std::string(choices.front());
}

std::optional<std::int64_t> Arguments::moment(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (const json::string* text = value->if_string()) {
    if (const auto moment = parse_iso_timestamp(*text)) return moment;
  }
  refuse(name, *value, "a moment such as 2026-01-31T12:00:00Z");
  return std::nullopt;
}

const json::object* Arguments::object(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return nullptr;
  if (const json::object* object = value->if_object()) return object;
  refuse(name, *value, "an object");
  return nullptr;
}

std::optional<core::Error> Arguments::finish() {
  if (error_) return error_;
  for (const auto& item : object_) {
    const std::string_view name = item.key();
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    core::Error error = core::invalid_argument(
        std::string(name), "not an argument of this tool",
        known_.empty() ? std::string("no arguments") : fmt::format("{}", fmt::join(known_, ", ")));
    error.given = shown_value(item.value());
    return error;
  }
  return missing_;
}

}  // namespace governor::daemon
