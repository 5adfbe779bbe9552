#include "proxy/unanswered_lines.hpp"

#include "tests/support/catch.hpp"

using governor::proxy::UnansweredLines;

namespace {

const UnansweredLines::TimePoint kNow{};

}  // namespace

TEST_CASE("lines are numbered from one and framed") {
  UnansweredLines lines;
  lines.add("{}", kNow);
  lines.add("x y", kNow);
  CHECK(lines.unsent(0) == "1 {}\n");
  CHECK(lines.unsent(1) == "2 x y\n");
  CHECK(lines.unsent(2).empty());
  CHECK(lines.lines()[1].payload() == "x y");
  CHECK(lines.bytes() == 11);
}

TEST_CASE("a line counts as sent when its last byte is") {
  UnansweredLines lines;
  lines.add("{}", kNow);
  lines.add("[]", kNow);
  lines.mark_sent(7);
  CHECK(lines.find_sent(1));
  CHECK_FALSE(lines.find_sent(2));
  CHECK(lines.partly_sent() == "[]\n");
  CHECK(lines.unsent(0).empty());
  CHECK_FALSE(lines.lines()[1].ever_sent);
  lines.mark_sent(3);
  CHECK(lines.find_sent(2));
  CHECK(lines.partly_sent().empty());
}

TEST_CASE("after a rewind everything is sent again, whole") {
  UnansweredLines lines;
  for (int i = 0; i < 3; ++i) lines.add("{}", kNow);
  lines.mark_sent(7);
  lines.remove(1);
  lines.rewind();
  CHECK(lines.partly_sent().empty());
  CHECK(lines.unsent(0) == "2 {}\n");
  CHECK(lines.unsent(1) == "3 {}\n");
  CHECK_FALSE(lines.find_sent(2));
}

TEST_CASE("answers in any order leave the rest in its place") {
  UnansweredLines lines;
  for (int i = 0; i < 4; ++i) lines.add("{}", kNow);
  lines.mark_sent(10);
  lines.remove(2);
  CHECK(lines.first_unanswered() == 1);
  CHECK(lines.unsent(0) == "3 {}\n");
  lines.remove(1);
  CHECK(lines.first_unanswered() == 3);
  CHECK(lines.unsent(0) == "3 {}\n");
  lines.mark_sent(10);
  lines.remove(3);
  lines.remove(4);
  CHECK(lines.empty());
  CHECK(lines.bytes() == 0);
  CHECK(lines.first_unanswered() == 5);
  lines.remove(4);
}
