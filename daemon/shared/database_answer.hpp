#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "daemon/shared/database.hpp"

namespace governor::daemon {

// What all that asks the shared database has in common: what its errors mean for people, and members of the
// JSON objects that it answers.

/// An error of the server, with what to do where nobody has prepared the database, or not for us.
core::Error with_hint(core::Error error);
/// There is no such function: the schema is older than this version, or not there.
bool lacks_function(const core::Error& error);
/// The answer is none of those that this version knows.
core::Error not_understood();

/// One value, which is what the functions there answer; none: NULL.
core::Result<std::optional<std::string>> ask_one(Database& database, const char* statement,
                                                 const std::vector<std::string>& parameters);

/// PostgreSQL has no text with a zero byte in it: each is a space.
std::string without_zeros(std::string text);

/// 0, empty and false where there is no such member, or one of another kind.
std::int64_t number_in(const boost::json::object& item, std::string_view name);
std::string text_in(const boost::json::object& item, std::string_view name);
bool flag_in(const boost::json::object& item, std::string_view name);

}  // namespace governor::daemon
