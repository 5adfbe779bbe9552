#include "ipc/numbered_line.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ipc;

TEST_CASE("plain lines begin with an object or an array, blanks before it allowed") {
  for (const char* line : {"{}", "[", "  {\"a\":1}", "\t[1]"}) {
    const auto parsed = classify(line);
    CHECK(parsed.kind == LineKind::plain);
    CHECK(parsed.numbered.payload == line);
  }
}

TEST_CASE("a byte order mark before a line is no part of it") {
  CHECK(classify("\xEF\xBB\xBF{}").kind == LineKind::plain);
  CHECK(classify("\xEF\xBB\xBF{}").numbered.payload == "{}");
  CHECK(classify("\xEF\xBB\xBF").kind == LineKind::empty);
}

TEST_CASE("a numbered line is a number, one space and the payload") {
  const auto parsed = classify("17 {\"id\":1}");
  CHECK(parsed.kind == LineKind::numbered);
  CHECK(parsed.numbered.number == 17);
  CHECK(parsed.numbered.payload == "{\"id\":1}");
  CHECK(classify("5  x").numbered.payload == " x");
  CHECK(classify("9223372036854775807 {}").numbered.number == kMaxLineNumber);
}

TEST_CASE("a number alone is an answer without payload") {
  const auto parsed = classify("42");
  CHECK(parsed.kind == LineKind::numbered);
  CHECK(parsed.numbered.number == 42);
  CHECK(parsed.numbered.payload.empty());
}

TEST_CASE("zero alone is a keepalive and never a number") {
  CHECK(classify("0").kind == LineKind::keepalive);
  CHECK(classify("0 {}").kind == LineKind::malformed);
  CHECK(classify("00").kind == LineKind::malformed);
}

TEST_CASE("blank lines are empty") {
  CHECK(classify("").kind == LineKind::empty);
  CHECK(classify(" \t\r").kind == LineKind::empty);
}

TEST_CASE("other lines are malformed and say what was expected") {
  for (const char* line :
       {"hello", "01 {}", "-1 {}", "+1 {}", "1\t{}", "1{}", "1.5 {}", "9223372036854775808 {}",
        "99999999999999999999999 {}", " 1 {}", "\"text\"", "null"}) {
    const auto parsed = classify(line);
    CHECK(parsed.kind == LineKind::malformed);
    CHECK_FALSE(parsed.reason.empty());
  }
}

TEST_CASE("numbers are appended as they are read") {
  std::string text = "x";
  append_number(text, 1);
  append_number(text, kMaxLineNumber);
  CHECK(text == "x19223372036854775807");
  CHECK(kMaxNumberPrefix == std::string_view("9223372036854775807 ").size());
}
