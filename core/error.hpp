#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/keys.hpp"

namespace governor::core {

/// Stable codes of expected failures. Clients may rely on the names that `to_string` gives.
enum class ErrorCode {
  invalid_argument,
  not_found,
  already_exists,
  conflict,
  not_owner,
  limit_exceeded,
  would_deadlock,
  loop_detected,
  deadline_exceeded,
  storage_unavailable,
  overloaded,
  shutting_down,
  internal_error,  ///< nobody foresaw it
};

std::string_view to_string(ErrorCode code);

/// An expected failure as a value: what was wrong, what was expected, and what to do next.
struct Error {
  Error() = default;
  Error(ErrorCode error_code, std::string text, std::string what_next = {})
      : code(error_code), message(std::move(text)), hint(std::move(what_next)) {}

  ErrorCode code = ErrorCode::invalid_argument;
  std::string message;
  std::string hint;
  std::string field;     ///< Name of the offending argument; empty when the error is about none.
  std::string given;     ///< The offending value as text, shortened.
  std::string expected;  ///< What is accepted.
  /// The open request to a person that would lift it, see Approval; 0: none.
  ApprovalKey approval = 0;
  /// Where the user of the client can be asked: what comes back with the answer.
  std::string ask_state;
};

/// A refused argument: names the field, what was given and what is accepted.
Error invalid_argument(std::string field, std::string given, std::string expected);

}  // namespace governor::core
