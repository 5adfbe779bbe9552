#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace governor::core {

/// Where in `words` the program begins that `program` runs (sudo, env, timeout, xargs, npx, uv run, ...);
/// none: it runs none.
std::optional<std::size_t> wrapped_at(std::string_view program, std::span<const std::string> words);

/// Whether the word is an assignment to a variable, such as CI=1.
bool is_assignment(std::string_view word);

}  // namespace governor::core
