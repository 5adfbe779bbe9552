#pragma once

#include <cstddef>
#include <string>

#include "core/state.hpp"

namespace governor::daemon {

/// Somewhat below 120 tokens of a model.
inline constexpr std::size_t kMaxContextBytes = 420;

/// What a model should know when it begins to work in a project: who else works there, what it may not write,
/// and what stands open for its agent. Empty: nothing of the kind.
std::string session_context(const core::State& state, core::SessionKey session, const std::string& agent_id,
                            const std::string& root, std::int64_t now_us);

}  // namespace governor::daemon
