#pragma once

#include <cstdint>
#include <string_view>

namespace governor::daemon {

/// How many lines came and went; one that was moved did neither.
struct LineChange {
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
};

LineChange compare_lines(std::string_view before, std::string_view after);

}  // namespace governor::daemon
