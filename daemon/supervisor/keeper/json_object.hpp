#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::daemon {

// Reading of small files that governor itself has written: what is missing or of another kind reads as empty.

std::optional<boost::json::object> parse_object(std::string_view json);
std::string text_member(const boost::json::object& object, std::string_view name);
std::int64_t integer_member(const boost::json::object& object, std::string_view name);
std::uint64_t size_member(const boost::json::object& object, std::string_view name);
bool flag_member(const boost::json::object& object, std::string_view name);
/// None if it is missing or no object.
const boost::json::object* object_member(const boost::json::object& object, std::string_view name);

}  // namespace governor::daemon
