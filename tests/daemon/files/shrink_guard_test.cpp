#include "daemon/files/shrink_guard.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;

namespace {

std::string numbered_lines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("lines are counted with or without a break at the end") {
  CHECK(count_lines("") == 0);
  CHECK(count_lines("\n") == 1);
  CHECK(count_lines("a") == 1);
  CHECK(count_lines("a\nb") == 2);
  CHECK(count_lines("a\nb\n") == 2);
}

TEST_CASE("below half of 50 lines or more is too little, anything else is not") {
  CHECK(find_shrinkage(numbered_lines(0, 50), numbered_lines(0, 24)));
  CHECK_FALSE(find_shrinkage(numbered_lines(0, 50), numbered_lines(0, 25)));
  CHECK_FALSE(find_shrinkage(numbered_lines(0, 49), ""));
  CHECK(find_shrinkage(numbered_lines(0, 51), numbered_lines(0, 25)));
  CHECK_FALSE(find_shrinkage("", numbered_lines(0, 100)));
  CHECK(find_shrinkage(numbered_lines(0, 500), ""));
}

TEST_CASE("what would be lost is told: how many lines, and the first of them") {
  const auto found =
      find_shrinkage(numbered_lines(0, 500), numbered_lines(0, 3) + "new\n" + numbered_lines(100, 110));
  REQUIRE(found);
  CHECK(found->lines_before == 500);
  CHECK(found->lines_after == 14);
  CHECK(found->lost == 487);
  REQUIRE(found->sample.size() == 5);
  CHECK(found->sample.front() == "line 3");
  const auto error = shrink_error("/p/core.cpp", *found);
  CHECK(error.field == "confirm_shrink");
  CHECK(error.message.find("487 lines") != std::string::npos);
  CHECK(error.message.find("line 3 | line 4") != std::string::npos);
}

TEST_CASE("a line that stands twice is lost when one of the two goes") {
  std::string before;
  for (int i = 0; i < 60; ++i) before += "same\n";
  const auto found = find_shrinkage(before, "same\nsame\n");
  REQUIRE(found);
  CHECK(found->lost == 58);
}

TEST_CASE("long lines and bytes that are no UTF-8 are shown shortened and readable") {
  std::string before = std::string(1000, 'x') + "\n\xff\xfe\n";
  before += numbered_lines(0, 60);
  const auto found = find_shrinkage(before, "");
  REQUIRE(found);
  CHECK(found->sample[0].size() == 120);
  CHECK(found->sample[1] == "\uFFFD\uFFFD");
}
