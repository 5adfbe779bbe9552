#include "ctl/top/blocks.hpp"

#include <numeric>

#include "tests/support/catch.hpp"

using namespace governor::ctl::top;

namespace {

Block block_of(std::size_t rows, std::size_t weight = 1) {
  Block block;
  block.heading = {{"heading"}};
  for (std::size_t i = 0; i < rows; ++i) block.rows.push_back({{std::to_string(i)}});
  block.weight = weight;
  return block;
}

std::string shown(const Block& block, std::size_t count) {
  std::vector<Line> lines;
  append_block(lines, block, count);
  return plain_text(lines);
}

using Counts = std::vector<std::size_t>;

}  // namespace

TEST_CASE("lines are shared so that each list is seen before one has all it wants", "[ctl]") {
  const std::vector<Block> blocks{block_of(3), block_of(50, 3), block_of(0), block_of(2)};
  CHECK(share_lines(blocks, 100) == Counts{4, 51, 0, 3});
  CHECK(share_lines(blocks, 6) == Counts{2, 2, 0, 2});
  CHECK(share_lines(blocks, 5) == Counts{3, 2, 0, 0});  // two are too few for the last one
  CHECK(share_lines(blocks, 1) == Counts{0, 0, 0, 0});
  CHECK(share_lines(blocks, 11) == Counts{3, 5, 0, 3});
  for (std::size_t lines = 0; lines < 80; ++lines) {
    const auto given = share_lines(blocks, lines);
    CHECK(std::accumulate(given.begin(), given.end(), std::size_t{0}) <= lines);
  }
}

TEST_CASE("a list that is cut says how many are missing", "[ctl]") {
  CHECK(shown(block_of(2), 3) == "heading\n0\n1\n");
  CHECK(shown(block_of(5), 4) == "heading\n0\n1\n  and 3 more\n");
  CHECK(shown(block_of(5), 2) == "heading\n  and 5\n");
  CHECK(shown(block_of(1), 2) == "heading\n0\n");
  CHECK(shown(block_of(5), 0).empty());
  Block window = block_of(5);
  window.is_window = true;
  window.first = 2;
  CHECK(shown(window, 3) == "heading\n2\n3\n");
}
