#pragma once

#include <string>
#include <vector>

#include "core/elsewhere.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// A field `elsewhere` of the open object, unless there is none.
void write_elsewhere(JsonWriter& json, const std::vector<core::Elsewhere>& elsewhere);

/// `the worktree /p/other (branch x)`
std::string worktree_text(const core::Worktree& worktree);

/// What a model is told of it; empty: nothing.
std::string elsewhere_text(const std::string& path, const std::vector<core::Elsewhere>& elsewhere,
                           std::int64_t now_us);

}  // namespace governor::daemon
