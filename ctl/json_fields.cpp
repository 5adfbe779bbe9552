#include "ctl/json_fields.hpp"

#include <cmath>
#include <limits>

#include "ctl/quantity.hpp"

namespace governor::ctl {

namespace json = boost::json;

double number_field(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found || !found->is_number()) return std::numeric_limits<double>::quiet_NaN();
  return found->to_number<double>();
}

std::int64_t count_field(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found) return -1;
  if (const auto* number = found->if_int64()) return *number;
  const double number = number_field(object, name);
  return std::isfinite(number) && std::fabs(number) < 9e18 ? static_cast<std::int64_t>(number) : -1;
}

std::string text_field(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found || !found->is_string() || found->get_string().empty()) return "-";
  return std::string(found->get_string());
}

bool flag_field(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found && found->is_bool() && found->get_bool();
}

const json::object& object_field(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const json::value* found = object.if_contains(name);
  return found && found->is_object() ? found->get_object() : kNone;
}

const json::array& array_field(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const json::value* found = object.if_contains(name);
  return found && found->is_array() ? found->get_array() : kNone;
}

std::string count_text(const json::object& object, std::string_view name) {
  const std::int64_t count = count_field(object, name);
  return count < 0 ? "-" : grouped(count);
}

}  // namespace governor::ctl
