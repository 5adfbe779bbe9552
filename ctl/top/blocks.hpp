#pragma once

#include <cstddef>
#include <vector>

#include "ctl/top/view.hpp"

namespace governor::ctl::top {

/// A heading with rows below it.
struct Block {
  Line heading;
  std::vector<Line> rows;
  std::size_t weight = 1;  ///< of the lines that are left over, how many at a time
  bool is_window = false;  ///< the rows are shown from `first` on, instead of from the first one
  std::size_t first = 0;
};

/// How many lines each block gets, its heading included; 0: there is no room for it. Each that has rows gets
/// two in the order in which they come, then they share what is left.
std::vector<std::size_t> share_lines(const std::vector<Block>& blocks, std::size_t lines);

/// Appends so many lines of the block: the last one says how many rows are not shown.
void append_block(std::vector<Line>& lines, const Block& block, std::size_t count);

}  // namespace governor::ctl::top
