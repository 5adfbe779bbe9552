#include "text/utf8.hpp"

#include "tests/support/catch.hpp"
#include "text/cut_text.hpp"
#include "text/shown_text.hpp"

using namespace governor::text;

TEST_CASE("UTF-8 is what the standard says, and no more") {
  for (const char* good :
       {"", "plain", "a text of more than eight bytes", "größe €  😀", "\xed\x9f\xbf\xf4\x8f\xbf\xbf"})
    CHECK(is_utf8(good));
  for (const char* bad : {"\xff", "exactly8\xff", "\xc3", "\xe2\x82", "\xc0\xaf", "\xe0\x80\xaf",
                          "\xed\xa0\x80", "\xf4\x90\x80\x80", "some text and then \xfe and more"})
    CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("what is no text is escaped, and the rest stays as it is") {
  CHECK(utf8_text("größe\n\xff\xc3") == "größe\n\\xff\\xc3");
  CHECK(utf8_text("größe\n") == "größe\n");
}

TEST_CASE("nothing that is shown can control a terminal or turn a line around") {
  CHECK(shown_text("a\x1b[31mb\n\tc\x7f") == R"(a\x1b[31mb\x0a\x09c\x7f)");
  CHECK(shown_text("\xC2\x9B;31m\xC2\xA7") == "\\xc2\\x9b;31m\xC2\xA7");
  CHECK(shown_text("safe\xE2\x80\xAEgpj.exe\xE2\x80\xA8") == R"(safe\xe2\x80\xaegpj.exe\xe2\x80\xa8)");
  CHECK(shown_text("\xE2\x81\xA6x\xE2\x82\xAC") == "\\xe2\\x81\\xa6x\xE2\x82\xAC");
  CHECK(shown_text("What? *all* of C:\\x41 in Größe 東京") == "What? *all* of C:\\x41 in Größe 東京");
}

TEST_CASE("a text is cut to at most so many bytes, never within a code point") {
  CHECK(cut_text("abc", 3) == "abc");
  CHECK(cut_text("abc", 2) == "ab");
  CHECK(cut_text("a\xC3\xA9", 2) == "a");
  CHECK(cut_text("a\xC3\xA9", 3) == "a\xC3\xA9");
  CHECK(cut_text("\xF0\x9F\x98\x80", 3).empty());
  CHECK(cut_text("", 5).empty());
  CHECK(cut_text("\xC3\xA9", 0).empty());
}
