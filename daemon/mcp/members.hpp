#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace governor::daemon {

// Reading members of a message's objects, which may be missing altogether.

inline const boost::json::value* member(const boost::json::object* object, std::string_view name) {
  return object == nullptr ? nullptr : object->if_contains(name);
}

inline const boost::json::object* member_object(const boost::json::object* object, std::string_view name) {
  const boost::json::value* value = member(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

/// Empty when it is missing or no text.
inline std::string member_text(const boost::json::object* object, std::string_view name) {
  const boost::json::value* value = member(object, name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace governor::daemon
