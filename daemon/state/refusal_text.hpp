#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace governor::daemon {

/// What was refused and why, for the audit log: `pause_agent: not_owner: …`. Nothing is ever taken out of
/// that log, so values that are contents (output, commands, texts) stay out of it.
inline std::string refusal_text(std::string_view what, const core::Error& error) {
  constexpr std::size_t kLongestValue = 40;
  const bool is_content =
      error.code == core::ErrorCode::invalid_argument && error.given.starts_with('"') &&
      (error.given.size() > kLongestValue || what.find("evidence") != std::string_view::npos);
  std::string message = error.message;
  const std::size_t at = is_content ? message.find(error.given) : std::string::npos;
  if (at != std::string::npos) message.replace(at, error.given.size(), "a text");
  return fmt::format("{}: {}: {}", what, core::to_string(error.code), message);
}

/// Whether a refusal says something of the call, and not of the daemon's own troubles.
inline bool is_worth_telling(const core::Error& error) {
  return error.code != core::ErrorCode::storage_unavailable && error.code != core::ErrorCode::overloaded &&
         error.code != core::ErrorCode::shutting_down && error.code != core::ErrorCode::deadline_exceeded;
}

}  // namespace governor::daemon
