#include "daemon/supervisor/keeper/json_object.hpp"

#include <boost/json.hpp>

namespace governor::daemon {

namespace json = boost::json;

std::optional<json::object> parse_object(std::string_view text) {
  json::error_code error;
  json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::int64_t integer_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr) return 0;
  json::error_code error;
  const auto number = found->to_number<std::int64_t>(error);
  return error ? 0 : number;
}

std::uint64_t size_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr) return 0;
  json::error_code error;
  const auto number = found->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

bool flag_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

const json::object* object_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

}  // namespace governor::daemon
