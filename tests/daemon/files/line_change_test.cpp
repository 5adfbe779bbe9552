#include "daemon/files/line_change.hpp"

#include <utility>

#include "tests/support/catch.hpp"

using governor::daemon::compare_lines;

namespace {

std::pair<unsigned, unsigned> between(std::string_view before, std::string_view after) {
  const auto change = compare_lines(before, after);
  return {change.added, change.removed};
}

}  // namespace

TEST_CASE("lines that came and lines that went are counted", "[files]") {
  CHECK(between("", "") == std::pair(0U, 0U));
  CHECK(between("", "a\nb") == std::pair(2U, 0U));
  CHECK(between("a\nb\n", "") == std::pair(0U, 2U));
  CHECK(between("a\nb\nc\n", "a\nx\nc\n") == std::pair(1U, 1U));
  CHECK(between("a\na\n", "a\na\na\n") == std::pair(1U, 0U));
}

TEST_CASE("a line that was moved neither came nor went", "[files]") {
  CHECK(between("a\nb\nc\n", "c\na\nb\n") == std::pair(0U, 0U));
}

TEST_CASE("a line that begins alike is another line", "[files]") {
  CHECK(between("one\ntwo\n", "one\ntwo and more\n") == std::pair(1U, 1U));
  CHECK(between("one", "one more") == std::pair(1U, 1U));
}
