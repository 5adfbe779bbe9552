#include "ipc/json_text.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ipc;

TEST_CASE("a JSON string has its quotes, valid UTF-8 and known escapes") {
  for (const char* raw : {R"("")", R"("a")", R"("\"\\\/\b\f\n\r\t\u00e4")", R"("\ud83d")", "\"\xC3\xA4\""}) {
    INFO(raw);
    CHECK(is_json_string(raw));
  }
  for (const char* raw : {"", "\"", "a", R"("a)", R"("\q")", R"("\u12")", R"("\")", R"("a"b")", "\"\n\"",
                          "\"\xFF\"", "\"\xED\xA0\x80\""}) {
    INFO(raw);
    CHECK_FALSE(is_json_string(raw));
  }
}

TEST_CASE("a JSON integer is what the grammar says, of about 64 bits") {
  for (const char* raw : {"0", "-0", "7", "-12", "18446744073709551615", "-9223372036854775808"}) {
    INFO(raw);
    CHECK(is_json_integer(raw));
  }
  for (const char* raw :
       {"", "-", "007", "1.0", "1e3", "NaN", "+1", "1 ", "0x1", "12345678901234567890123"}) {
    INFO(raw);
    CHECK_FALSE(is_json_integer(raw));
  }
}

TEST_CASE("half a surrogate pair becomes a replacement character, and whole pairs stay") {
  const auto changed = [](std::string_view text) { return without_lone_surrogates(text); };
  CHECK(changed(R"("cut \ud83d")") == R"("cut \ufffd")");
  CHECK(changed(R"("\uDE00 late")") == R"("\ufffd late")");
  CHECK(changed(R"("\ud83d\ud83d\ude00")") == R"("\ufffd\ud83d\ude00")");
  CHECK(changed(R"("\ud83dx\ude00")") == R"("\ufffdx\ufffd")");
  CHECK(changed(R"("\ud83d\n")") == R"("\ufffd\n")");
  CHECK(changed(R"("\ud83d\u00e4")") == R"("\ufffd\u00e4")");
  for (const char* text :
       {"", R"("\ud83d\ude00")", R"("\\ud83d")", R"("\\\\ud83d")", R"("\u12")", R"("\)", R"("\ud8)"}) {
    INFO(text);
    CHECK_FALSE(changed(text));
  }
}

TEST_CASE("what some programs take for the end of a line is escaped, and its neighbours are not") {
  const auto written = [](std::string_view json) {
    std::string out = "+";
    append_on_one_line(out, json);
    return out;
  };
  CHECK(written("\"a\xE2\x80\xA8"
                "b\xE2\x80\xA9\"") == R"(+"a\u2028b\u2029")");
  CHECK(written("\"\xE2\x80\x9Cquoted\xE2\x80\x9D\"") == "+\"\xE2\x80\x9Cquoted\xE2\x80\x9D\"");
  CHECK(written("\"\xE2\x82\xAC\"") == "+\"\xE2\x82\xAC\"");
  CHECK(written("\xE2\x80\x9C\xE2\x80\xA8") == "+\xE2\x80\x9C\\u2028");
  CHECK(written("\xE2\x80") == "+\xE2\x80");
  CHECK(written("") == "+");
}

TEST_CASE("a byte order mark is taken off once") {
  CHECK(without_byte_order_mark("\xEF\xBB\xBF{}") == "{}");
  CHECK(without_byte_order_mark("\xEF\xBB{}") == "\xEF\xBB{}");
  CHECK(without_byte_order_mark("{}") == "{}");
}
