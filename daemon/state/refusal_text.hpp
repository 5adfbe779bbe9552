#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace governor::daemon {

/// What was refused and why, for the audit log: `pause_agent: not_owner: …`.
inline std::string refusal_text(std::string_view what, const core::Error& error) {
  return fmt::format("{}: {}: {}", what, core::to_string(error.code), error.message);
}

/// Whether a refusal says something of the call, and not of the daemon's own troubles.
inline bool is_worth_telling(const core::Error& error) {
  return error.code != core::ErrorCode::storage_unavailable && error.code != core::ErrorCode::overloaded &&
         error.code != core::ErrorCode::shutting_down && error.code != core::ErrorCode::deadline_exceeded;
}

}  // namespace governor::daemon
