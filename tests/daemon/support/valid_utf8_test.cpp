#include "daemon/support/valid_utf8.hpp"

#include "tests/support/catch.hpp"

using governor::daemon::valid_utf8;

TEST_CASE("what is UTF-8 stays, and every other byte becomes a replacement character") {
  const std::string replaced = "\xEF\xBF\xBD";
  CHECK(valid_utf8("größe €  😀") == "größe €  😀");
  CHECK(valid_utf8("").empty());
  CHECK(valid_utf8("a\xff"
                   "b") == "a" + replaced + "b");
  CHECK(valid_utf8("\xc3") == replaced);                                               // cut off
  CHECK(valid_utf8("\xe2\x82") == replaced + replaced);                                // likewise
  CHECK(valid_utf8("\xc0\xaf") == replaced + replaced);                                // overlong
  CHECK(valid_utf8("\xe0\x80\xaf") == replaced + replaced + replaced);                 // likewise
  CHECK(valid_utf8("\xed\xa0\x80") == replaced + replaced + replaced);                 // a surrogate
  CHECK(valid_utf8("\xf4\x90\x80\x80") == replaced + replaced + replaced + replaced);  // beyond the last
  CHECK(valid_utf8("\xed\x9f\xbf\xf4\x8f\xbf\xbf") == "\xed\x9f\xbf\xf4\x8f\xbf\xbf");
}
