#pragma once

#include <string>
#include <string_view>

#include "core/state.hpp"

namespace governor::daemon {

/// What a model that works in the working tree with this top is told of branches that its own will not merge
/// with; empty: nothing. In short form for the beginning of a session.
std::string branch_conflicts_text(const core::State& state, const std::string& top);

/// The same, but for what was said to this reader within the last minutes.
std::string warn_of_branches(core::State& state, const std::string& top, std::string_view reader,
                             std::int64_t now_us);

}  // namespace governor::daemon
