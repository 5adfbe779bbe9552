#include "daemon/tools/arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>
#include <stdexcept>

#include "core/agent_id.hpp"
#include "text/cut_text.hpp"

#include "daemon/support/sha256.hpp"
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
  if (text.size() > kLongest) text = std::string(text::cut_text(text, kLongest)) + "...";
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

bool in_range(const std::optional<double>& x, const Parameter& range) {
  return x && std::isfinite(*x) && *x >= range.lowest && *x <= range.highest;
}

bool is_word_of(const Parameter& choice, std::string_view given) {
  bool found = false;
  for_each_word(choice, [&](std::string_view word) {
    found = word == given;
    return !found;
  });
  return found;
}

}  // namespace

const Parameter& Arguments::find(std::string_view name) const {
  for (const Parameter& parameter : parameters_)
    if (parameter.name == name) return parameter;
  throw std::logic_error(fmt::format("the parameter {} is read and is not in the table", name));
}

const json::value* Arguments::take(const Parameter& parameter) {
  known_.push_back(parameter.name);
  const json::value* value = object_.if_contains(parameter.name);
  return value != nullptr && parameter.takes_null && value->is_null() ? nullptr : value;
}

void Arguments::refuse(core::Error error) {
  if (!error_) error_ = std::move(error);
}

void Arguments::refuse(std::string_view name, const json::value& given, std::string expected) {
  refuse(core::invalid_argument(std::string(name), shown_value(given), std::move(expected)));
}

std::optional<std::string_view> Arguments::text_view(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return std::nullopt;
  const json::string* string = value->if_string();
  if (string == nullptr || string->size() > parameter.max_bytes) {
    refuse(name, *value, taken_by(parameter));
    return std::nullopt;
  }
  return std::string_view(*string);
}

std::optional<std::string> Arguments::text(std::string_view name) {
  const auto view = text_view(name);
  return view ? std::optional(std::string(*view)) : std::nullopt;
}

std::string Arguments::token_hash() {
  const auto token = text_view("token");
  return token ? sha256_hex(*token) : std::string();
}

std::optional<std::string> Arguments::agent_id(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    refuse(name, *value, taken_by(parameter));
    return std::nullopt;
  }
  std::string id(value->get_string());
  if (auto error = core::validate_agent_id(name, id)) refuse(*std::move(error));
  return id;
}

std::vector<std::string> Arguments::agent_ids(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return {};
  const json::array* array = value->if_array();
  if (array == nullptr || array->size() < parameter.min_count || array->size() > parameter.max_count) {
    refuse(name, *value, taken_by(parameter));
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

double Arguments::number(std::string_view name, double absent) {
  const Parameter& parameter = find(name);
  if (parameter.has_default) absent = parameter.default_number;
  const json::value* value = take(parameter);
  if (value == nullptr) return absent;
  const auto x = as_number(*value);
  if (in_range(x, parameter)) return *x;
  refuse(name, *value, taken_by(parameter));
  return absent;
}

std::int64_t Arguments::whole_number(std::string_view name, std::int64_t absent) {
  const Parameter& parameter = find(name);
  if (parameter.has_default) absent = static_cast<std::int64_t>(parameter.default_number);
  const json::value* value = take(parameter);
  if (value == nullptr) return absent;
  const auto x = as_integer(*value);
  if (x && *x >= parameter.least && *x <= parameter.most) return *x;
  refuse(name, *value, taken_by(parameter));
  return absent;
}

bool Arguments::flag(std::string_view name) {
  const Parameter& parameter = find(name);
  const bool absent = parameter.default_number != 0;
  const json::value* value = take(parameter);
  if (value == nullptr) return absent;
  if (const bool* flag = value->if_bool()) return *flag;
  refuse(name, *value, taken_by(parameter));
  return absent;
}

std::vector<double> Arguments::numbers(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return {};
  const json::array* array = value->if_array();
  if (array == nullptr || array->size() > parameter.max_count) {
    refuse(name, *value, taken_by(parameter));
    return {};
  }
  std::vector<double> result;
  result.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto x = as_number((*array)[i]);
    if (!in_range(x, parameter)) {
      refuse(fmt::format("{}[{}]", name, i), (*array)[i], range_text(parameter));
      return {};
    }
    result.push_back(*x);
  }
  return result;
}

std::optional<std::vector<std::string>> Arguments::texts(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return std::nullopt;
  const auto refused = [&](const json::value& wrong) {
    refuse(name, wrong, taken_by(parameter));
    return std::nullopt;
  };
  const json::array* array = value->if_array();
  if (array == nullptr || array->size() > parameter.max_count) return refused(*value);
  std::vector<std::string> result;
  for (const json::value& item : *array) {
    if (!item.is_string() || item.get_string().size() > parameter.max_bytes) return refused(item);
    result.emplace_back(item.get_string());
  }
  return result;
}

std::string_view Arguments::choice(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return parameter.default_word;
  if (const json::string* string = value->if_string(); string != nullptr && is_word_of(parameter, *string))
    return *string;
  refuse(name, *value, taken_by(parameter));
  return parameter.default_word;
}

std::optional<std::int64_t> Arguments::moment(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return std::nullopt;
  if (const json::string* text = value->if_string()) {
    if (const auto moment = parse_iso_timestamp(*text)) return moment;
  }
  refuse(name, *value, taken_by(parameter));
  return std::nullopt;
}

const json::object* Arguments::object(std::string_view name) {
  const Parameter& parameter = find(name);
  const json::value* value = take(parameter);
  if (value == nullptr) return nullptr;
  if (const json::object* object = value->if_object()) return object;
  refuse(name, *value, taken_by(parameter));
  return nullptr;
}

core::Error Arguments::unknown(std::string_view name, const json::value& given) const {
  core::Error error = core::invalid_argument(
      std::string(name), "not an argument of this tool",
      known_.empty() ? std::string("no arguments") : fmt::format("{}", fmt::join(known_, ", ")));
  error.given = shown_value(given);
  return error;
}

std::optional<core::Error> Arguments::finish() {
  if (error_) return error_;
  for (const auto& item : object_) {
    if (std::find(known_.begin(), known_.end(), std::string_view(item.key())) == known_.end())
      return unknown(item.key(), item.value());
  }
  for (const Parameter& parameter : parameters_) {
    if (parameter.absence != Parameter::Absence::refused || object_.contains(parameter.name)) continue;
    return core::invalid_argument(
        std::string(parameter.name), "missing",
        parameter.needed.empty() ? taken_by(parameter) : std::string(parameter.needed));
  }
  return missing_;
}

}  // namespace governor::daemon
