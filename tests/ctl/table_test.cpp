#include "ctl/table.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ctl;

TEST_CASE("texts are aligned left, numbers right, and lines end with their last character", "[ctl]") {
  Table table({{"NAME"}, {"COUNT", Align::right}, {"NOTE"}});
  table.add_row({"ada", "1,234", "x"});
  table.add_row({"grace hopper", "7", ""});
  CHECK(table.render(false) ==
        "NAME          COUNT  NOTE\n"
        "ada           1,234  x\n"
        "grace hopper      7\n");
}

TEST_CASE("a column is as wide as its widest cell counted in characters", "[ctl]") {
  Table table({{"A"}, {"B"}});
  table.add_row({"größe", "1"});
  table.add_row({"abcde", "2"});
  CHECK(table.render(false) == "A      B\ngröße  1\nabcde  2\n");
}

TEST_CASE("missing cells are empty and control characters do not get through", "[ctl]") {
  Table table({{"A"}, {"B"}});
  table.add_row({"a\nb"});
  CHECK(table.render(false) == "A       B\na\\x0ab\n");
}

TEST_CASE("colours change no width", "[ctl]") {
  Table table({{"A"}, {"B"}});
  table.add_row({Cell("ok", Tone::good), "1"});
  CHECK(table.render(true) == "\x1b[2mA\x1b[0m   \x1b[2mB\x1b[0m\n\x1b[32mok\x1b[0m  1\n");
}
