#include "core/error.hpp"

#include <fmt/format.h>

namespace governor::core {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::already_exists: return "already_exists";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::not_owner: return "not_owner";
    case ErrorCode::limit_exceeded: return "limit_exceeded";
    case ErrorCode::would_deadlock: return "would_deadlock";
    case ErrorCode::loop_detected: return "loop_detected";
    case ErrorCode::deadline_exceeded: return "deadline_exceeded";
    case ErrorCode::storage_unavailable: return "storage_unavailable";
    case ErrorCode::overloaded: return "overloaded";
    case ErrorCode::shutting_down: return "shutting_down";
    case ErrorCode::internal_error: return "internal_error";
  }
  return "invalid_argument";
}

Error invalid_argument(std::string field, std::string given, std::string expected) {
  Error error(ErrorCode::invalid_argument, fmt::format("{} is {}; accepted: {}.", field, given, expected));
  error.field = std::move(field);
  error.given = std::move(given);
  error.expected = std::move(expected);
  return error;
}

}  // namespace governor::core
