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

}  // namespace governor::daemon
