#include "ctl/printable.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ctl;

TEST_CASE("control characters become escapes, everything else stays", "[ctl]") {
  CHECK(printable("plain") == "plain");
  CHECK(printable("a\x1b[31mb\n\tc\x7f") == R"(a\x1b[31mb\x0a\x09c\x7f)");
  CHECK(printable("Größe 東京") == "Größe 東京");
  // U+009B is an escape sequence in one character.
  CHECK(printable("\xC2\x9B"
                  "31m") == R"(\xc2\x9b31m)");
  CHECK(printable("\xC2\xA7") == "\xC2\xA7");
  CHECK(printable("") == "");
}

TEST_CASE("the width counts code points", "[ctl]") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("Größe") == 5);
}
