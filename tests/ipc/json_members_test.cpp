#include "ipc/json_members.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ipc;

TEST_CASE("a member's raw text is found at the top level only") {
  const std::string_view line =
      R"( {"params":{"id":9,"x":[{"id":8}]},"text":"\"id\":7","id" : 12 ,"z":null} )";
  CHECK(find_member(line, "id") == std::string_view("12"));
  CHECK(find_member(line, "params") == std::string_view(R"({"id":9,"x":[{"id":8}]})"));
  CHECK(find_member(line, "text") == std::string_view(R"("\"id\":7")"));
  CHECK(find_member(line, "z") == std::string_view("null"));
  CHECK_FALSE(find_member(line, "x"));
}

TEST_CASE("strings may hold anything that looks like structure") {
  CHECK(find_member(R"({"a":"}],{\\","id":"x"})", "id") == std::string_view("\"x\""));
  CHECK(find_member(R"({"a\"":1,"id":2})", "id") == std::string_view("2"));
}

TEST_CASE("of members with one name the last counts") {
  CHECK(find_member(R"({"id":1,"id":2})", "id") == std::string_view("2"));
}

TEST_CASE("what is no object has no members") {
  for (const char* text :
       {"", " ", "[]", "1", "\"id\"", "{", "{\"id\"", "{\"id\":", "{\"id\":1", "{\"id\":1,", "{\"id\":}",
        "{\"id\":\"x", "{\"id\":[1", "{id:1}", "{\"a\" 1}", "{\"id\":\"\\"}) {
    CHECK_FALSE(find_member(text, "id"));
  }
  CHECK_FALSE(find_member("{}", "id"));
}

TEST_CASE("deep nesting is scanned without recursion") {
  const std::string deep = "{\"a\":" + std::string(1000000, '[') + std::string(1000000, ']') + ",\"id\":5}";
  CHECK(find_member(deep, "id") == std::string_view("5"));
}

TEST_CASE("strings are decoded with all their escapes") {
  CHECK(decode_string(R"("a\"\\\/\b\f\n\r\t")") == "a\"\\/\b\f\n\r\t");
  CHECK(decode_string(R"("\u0041\u00e4\u20ac\ud83d\ude00")") == "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(decode_string(R"("\ud83d")") == "\xEF\xBF\xBD");
  CHECK_FALSE(decode_string(R"("\u00")"));
  CHECK_FALSE(decode_string("12"));
  CHECK_FALSE(decode_string("\""));
}

TEST_CASE("integers are whole or nothing") {
  CHECK(decode_integer("-12") == -12);
  CHECK_FALSE(decode_integer("1.5"));
  CHECK_FALSE(decode_integer(""));
  CHECK_FALSE(decode_integer("99999999999999999999"));
}

TEST_CASE("text becomes a valid JSON string whatever it is") {
  const auto quoted = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  CHECK(quoted("plain \xC3\xA4 \xF0\x9F\x98\x80") == "\"plain \xC3\xA4 \xF0\x9F\x98\x80\"");
  CHECK(quoted("a\"b\\c\n\x01") == R"("a\"b\\c\u000a\u0001")");
  CHECK(quoted(std::string_view("\0", 1)) == R"("\u0000")");
  CHECK(quoted("a\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\x9D") == "\"a\\u2028\\u2029\xE2\x80\x9D\"");
  const std::string replaced = "\xEF\xBF\xBD";
  CHECK(quoted("\xFF") == "\"" + replaced + "\"");
  CHECK(quoted("\xC3") == "\"" + replaced + "\"");
  CHECK(quoted("\xC3(") == "\"" + replaced + "(\"");
  CHECK(quoted("\xC0\x80") == "\"" + replaced + replaced + "\"");
  CHECK(quoted("\xED\xA0\x80") == "\"" + replaced + replaced + replaced + "\"");
  CHECK(quoted("\xF4\x90\x80\x80") == "\"" + replaced + replaced + replaced + replaced + "\"");
}
