#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <variant>

#include "core/session.hpp"
#include "daemon/mcp/action.hpp"
#include "daemon/mcp/message.hpp"

namespace governor::daemon {

/// The session that a hello describes, or the refusal to be sent.
std::variant<core::Session, ReplyNow> parse_hello(const Request& request);

/// Malformed confirmations confirm nothing.
ConfirmAnswers parse_answered(const boost::json::object* params);

/// The id of a request as JSON text, from a value that refers to it.
std::string request_id_text(const boost::json::value* id, bool& found);

/// The result of hello.
std::string hello_json(const std::string& build, int pid, bool resumed);

}  // namespace governor::daemon
