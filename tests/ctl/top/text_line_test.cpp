#include "ctl/top/text_line.hpp"

#include "ctl/sparkline.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::top;

TEST_CASE("texts are brought to a width, counted in characters", "[ctl]") {
  CHECK(fitted("ada", 5, false) == "ada  ");
  CHECK(fitted("grace", 5, false) == "grace");
  CHECK(fitted("graceful", 5, false) == "grac…");
  CHECK(fitted("graceful", 5, true) == "grac~");
  CHECK(fitted("äöüß", 3, false) == "äö…");
  CHECK(fitted_right("7", 3, false) == "  7");
  CHECK(fitted("x", 0, false).empty());
}

TEST_CASE("a line is cut where it ends, in whichever part that is", "[ctl]") {
  const Line line = cut_line({{"abc"}, {"def", Style::bad}, {"ghi"}}, 5, true);
  REQUIRE(line.size() == 2);
  CHECK(line[1].text == "d~");
  CHECK(line[1].style == Style::bad);
  CHECK(cut_line({{"abc"}}, 3, true)[0].text == "abc");
}

TEST_CASE("a sparkline has as many characters in ASCII", "[ctl]") {
  CHECK(ascii_sparkline(governor::ctl::sparkline({0.0, 0.5, 1.0}, {0.0, 1.0}, 10,
                                                 governor::ctl::Pick::highest)) == "_=#");
  CHECK(ascii_sparkline(" ") == " ");
}
