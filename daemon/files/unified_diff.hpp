#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace governor::daemon {

enum class DiffDirection { forward, backward };

struct DiffOutcome {
  std::string text;
  bool deletes = false;              ///< nothing is to be left, not even an empty file
  std::vector<std::string> remarks;  ///< where the diff was not taken at its word
};

/// The text that results from a unified diff of one file. Line numbers may be off, then the only place that
/// fits is taken; without lines that stay or go, they are no place at all. `backward` undoes the diff, for a
/// caller who knows what must come of it. An error says which hunk does not fit, what it expects and what is
/// there.
core::Result<DiffOutcome> apply_diff(std::string_view text, std::string_view diff,
                                     DiffDirection direction = DiffDirection::forward);

}  // namespace governor::daemon
