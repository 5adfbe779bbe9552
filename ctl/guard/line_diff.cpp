#include "ctl/guard/line_diff.hpp"

#include <algorithm>
#include <vector>

#include "ctl/printable.hpp"
#include "text/lines.hpp"

namespace governor::ctl {

std::string line_diff(std::string_view before, std::string_view after) {
  constexpr std::size_t kAround = 3;
  if (before == after) return {};
  const auto old_lines = text::lines_of(before);
  const auto new_lines = text::lines_of(after);
  const std::size_t shorter = std::min(old_lines.size(), new_lines.size());
  std::size_t same = 0;
  while (same < shorter && old_lines[same] == new_lines[same]) ++same;
  std::size_t tail = 0;
  while (tail < shorter - same &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  std::string shown;
  const auto add = [&](const char* sign, const std::vector<std::string_view>& lines, std::size_t from,
                       std::size_t to) {
    for (std::size_t i = from; i < to; ++i) shown += sign + printable(lines[i]) + '\n';
  };
  add("  ", old_lines, same > kAround ? same - kAround : 0, same);
  add("- ", old_lines, same, old_lines.size() - tail);
  add("+ ", new_lines, same, new_lines.size() - tail);
  add("  ", new_lines, new_lines.size() - tail, new_lines.size() - tail + std::min(tail, kAround));
  return shown;
}

}  // namespace governor::ctl
