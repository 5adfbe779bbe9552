#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace governor::daemon {

enum class DiffDirection { forward, backward };

/// The text that results from a unified diff of one file. Lines before the first hunk (file names and the
/// like) are passed over; line numbers may be off, then the only place that fits is taken. `backward` undoes
/// the diff. An error says which hunk does not fit, what it expects and what is there.
core::Result<std::string> apply_diff(std::string_view text, std::string_view diff,
                                     DiffDirection direction = DiffDirection::forward);

}  // namespace governor::daemon
