#pragma once

#include <boost/json.hpp>
#include <string_view>
#include <variant>

#include "gateway/rules/refusal.hpp"

namespace governor::gateway {

/// One JSON-RPC message: an object with `"jsonrpc":"2.0"`. What is in it is not looked at.
std::variant<boost::json::object, Refusal> read_message(std::string_view body);

/// A request that can be answered: it has a method, and an id that is a text or a whole number.
bool is_request(const boost::json::object& message);
/// It has a method and no id.
bool is_notification(const boost::json::object& message);
/// It has a result or an error, and an id.
bool is_answer(const boost::json::object& message);

/// A text of the message, empty if there is none.
std::string_view text_in(const boost::json::object& message, std::string_view name);
/// The member if it is an object, else null.
const boost::json::object* object_in(const boost::json::object* message, std::string_view name);

/// The MCP revision that a request of the stateless kind names in its `_meta`; empty: none.
std::string_view stated_revision(const boost::json::object& message);

/// Gives a request for a method of MCP the `_meta` that the stateless revision wants, unless it has one.
void state_revision(boost::json::object& request, std::string_view client, std::string_view version);

inline constexpr std::string_view kStatelessRevision = "2026-07-28";

}  // namespace governor::gateway
