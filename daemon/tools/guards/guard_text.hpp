#pragma once

#include <string>
#include <string_view>

#include "core/lease_commands.hpp"
#include "core/result.hpp"

namespace governor::daemon {

/// What a lease of a hook says it is for.
std::string guard_lease_reason(std::string_view kind, std::string_view tool);

/// The message of an error and what to do next, as one text.
std::string guard_text(const core::Error& error);
/// Why a file cannot be had: who holds it, or is before us in the queue, since when and until when.
std::string held_text(const std::string& path, const core::LeaseOutcome& outcome, bool waited);
/// Why a write that leaves `after` of `before` lines is refused.
std::string shrink_text(const std::string& path, std::uint64_t before, std::uint64_t after);

/// The word for an error of a lease: would_deadlock, loop or gated.
std::string_view guard_code(const core::Error& error);

}  // namespace governor::daemon
