#include "ctl/guard/line_diff.hpp"

#include "tests/support/catch.hpp"

using governor::ctl::line_diff;

TEST_CASE("a difference is shown with what is around it", "[guard]") {
  CHECK(line_diff("same\n", "same\n").empty());
  CHECK(line_diff("", "a\nb\n") == "+ a\n+ b\n");
  CHECK(line_diff("a\n", "") == "- a\n");
  CHECK(line_diff("1\n2\n3\n4\nold\n5\n6\n7\n8\n", "1\n2\n3\n4\nnew\nmore\n5\n6\n7\n8\n") ==
        "  2\n  3\n  4\n- old\n+ new\n+ more\n  5\n  6\n  7\n");
  CHECK(line_diff("a\na\n", "a\na\na\n") == "  a\n  a\n+ a\n");
}

TEST_CASE("control characters of a file do not reach the terminal", "[guard]") {
  CHECK(line_diff("", "a\x1b[2J") == "+ a\\x1b[2J\n");
}
