#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace governor::daemon {

/// Lines of a text; a last one without a line break counts.
std::uint64_t count_lines(std::string_view text);

/// A write that leaves less than half of a file that had 50 lines or more is more often a mistake than not.
constexpr bool shrinks_badly(std::uint64_t lines_before, std::uint64_t lines_after) {
  return lines_before >= 50 && lines_after * 2 < lines_before;
}

struct Shrinkage {
  std::uint64_t lines_before = 0;
  std::uint64_t lines_after = 0;
  std::uint64_t lost = 0;           ///< lines of before that are nowhere in what comes after
  std::vector<std::string> sample;  ///< the first of them, shortened
};

/// What a write would lose; none if it may pass.
std::optional<Shrinkage> find_shrinkage(std::string_view before, std::string_view after);

/// The refusal that asks for `confirm_shrink`.
core::Error shrink_error(const std::string& path, const Shrinkage& shrinkage);

}  // namespace governor::daemon
