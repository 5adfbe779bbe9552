#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ctl/records/json_scan.hpp"
#include "ctl/records/json_value.hpp"
#include "tests/support/catch.hpp"

namespace governor::ctl::records::test {
namespace {

TEST_CASE("lists and objects are cut up only as far as they are well-formed", "[records]") {
  const auto elements = [](std::string_view text) {
    std::vector<std::string> found;
    const bool whole = for_each_element(text, [&](std::string_view item) { found.emplace_back(item); });
    return std::pair(found, whole);
  };
  using Found = std::pair<std::vector<std::string>, bool>;
  CHECK(elements("[]") == Found{{}, true});
  CHECK(elements(R"( [ 1 ,"a,]" , [2,3], null ] )") == Found{{"1", R"("a,]")", "[2,3]", "null"}, true});
  CHECK(elements("[1,,2]") == Found{{"1"}, false});
  CHECK(elements("[1 2]") == Found{{"1"}, false});
  CHECK(elements("[1,]") == Found{{"1"}, false});
  CHECK(elements("{}") == Found{{}, false});
  CHECK(elements("[1] 2") == Found{{"1"}, false});

  std::vector<std::string> keys;
  const auto note = [&](std::string_view key, std::string_view) { keys.emplace_back(key); };
  CHECK(for_each_member(R"({"a":1,"b":{"c":2}})", note));
  CHECK(keys == std::vector<std::string>{R"("a")", R"("b")"});
  for (const char* broken : {R"({"a":1,"b"})", R"({"a":1 "b":2})", R"({"a" 1})", "{a:1}", R"({"a":1,})",
                             R"({"a":})", R"({"a":1} {"b":2})", R"({"a":1}]})", R"({"a":[1, {"b":2})", ""}) {
    CAPTURE(broken);
    CHECK_FALSE(for_each_member(broken, note));
  }
  CHECK_FALSE(for_each_member("[]", note));
}

TEST_CASE("numbers are exactly those of their digits", "[records]") {
  // Boost.JSON 1.81 gives a neighbour of these.
  for (const double value :
       {0.11935319286735585, 0.71443482182798, 0.1, 2.2250738585072014e-308, 1e22, -0.0}) {
    char digits[64];
    std::snprintf(digits, sizeof digits, "%.17g", value);
    CAPTURE(digits);
    REQUIRE(number_in(digits));
    CHECK(*number_in(digits) == value);
    CHECK(std::signbit(*number_in(digits)) == std::signbit(value));
  }
  for (const char* other : {"NaN", "Infinity", "-Infinity", "inf", "nan", ".5", "+1", "1e999", "0x10", "1 ",
                            "", "-", "null", R"("1")", "1.5.2"}) {
    CAPTURE(other);
    CHECK_FALSE(number_in(other));
  }
}

TEST_CASE("counts, flags and texts say what they say and nothing else", "[records]") {
  CHECK(count_in("4") == 4u);
  CHECK(count_in("4.0") == 4u);
  CHECK(count_in("9007199254740992") == 9007199254740992u);
  for (const char* other : {"-1", "4.5", "1e300", "true", R"("4")"}) {
    CAPTURE(other);
    CHECK_FALSE(count_in(other));
  }
  CHECK(flag_in("true") == true);
  CHECK(flag_in("false") == false);
  CHECK_FALSE(flag_in("1"));
  CHECK(text_in(R"("a\u20ac\n")") == "a\xE2\x82\xAC\n");
  CHECK_FALSE(text_in("\"\xFF\""));
  CHECK(text_in(R"("a\ud83d")") == "a\xEF\xBF\xBD");  // half a character is no reason to drop the rest
  CHECK_FALSE(text_in("a"));
  for (const char* nothing : {"null", "false", R"("")", "[]", "{ }"}) CHECK(says_nothing(nothing));
  for (const char* something : {"0", R"("x")", "[1]", "true"}) CHECK_FALSE(says_nothing(something));
}

}  // namespace
}  // namespace governor::ctl::records::test
