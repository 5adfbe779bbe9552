#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace governor::ctl {

// Reading what a daemon of another build may have sent: a field that is missing or of another type is shown
// as unknown, and is never a reason to fail.

/// Not a number where it is missing.
double number_field(const boost::json::object& object, std::string_view name);
/// -1 where it is missing; fractions are cut off.
std::int64_t count_field(const boost::json::object& object, std::string_view name);
/// "-" where it is missing, null or empty.
std::string text_field(const boost::json::object& object, std::string_view name);
bool flag_field(const boost::json::object& object, std::string_view name);
/// Empty where it is missing.
const boost::json::object& object_field(const boost::json::object& object, std::string_view name);
const boost::json::array& array_field(const boost::json::object& object, std::string_view name);

/// grouped() of a count, "-" where it is missing.
std::string count_text(const boost::json::object& object, std::string_view name);

}  // namespace governor::ctl
