#include "ctl/top/blocks.hpp"

#include <algorithm>
#include <string>

namespace governor::ctl::top {

std::vector<std::size_t> share_lines(const std::vector<Block>& blocks, std::size_t lines) {
  constexpr std::size_t kLeast = 2;
  std::vector<std::size_t> given(blocks.size(), 0);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].rows.empty() || lines < kLeast) continue;
    given[i] = kLeast;
    lines -= kLeast;
  }
  bool is_wanted = true;
  while (lines > 0 && is_wanted) {
    is_wanted = false;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::size_t wanted = blocks[i].rows.size() + 1;
      if (given[i] == 0 || given[i] >= wanted) continue;
      const std::size_t more = std::min({blocks[i].weight, wanted - given[i], lines});
      given[i] += more;
      lines -= more;
      is_wanted = is_wanted || more > 0;
    }
  }
  return given;
}

void append_block(std::vector<Line>& lines, const Block& block, std::size_t count) {
  if (count == 0) return;
  lines.push_back(block.heading);
  const std::size_t room = count - 1;
  if (block.is_window) {
    for (std::size_t i = block.first; i < block.rows.size() && i < block.first + room; ++i)
      lines.push_back(block.rows[i]);
    return;
  }
  const bool is_cut = block.rows.size() > room;
  const std::size_t shown = is_cut ? room - 1 : block.rows.size();
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(block.rows[i]);
  if (is_cut) {
    const std::size_t left = block.rows.size() - shown;
    // One that would take the place of these words is shown instead of them.
    if (left == 1) {
      lines.push_back(block.rows.back());
    } else {
      lines.push_back({{"  and " + std::to_string(left) + (shown > 0 ? " more" : ""), Style::faint}});
    }
  }
}

}  // namespace governor::ctl::top
