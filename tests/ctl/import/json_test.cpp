#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ctl/import/json_scan.hpp"
#include "ctl/import/json_value.hpp"
#include "ctl/import/member_reader.hpp"
#include "tests/support/catch.hpp"

namespace governor::ctl::legacy::test {
namespace {

using Event = MemberReader::Event;
using Members = std::vector<std::pair<std::string, std::string>>;

std::pair<Members, Event> read_members(std::string_view text, std::size_t piece, std::size_t longest = 4096) {
  MemorySource source(text, piece);
  MemberReader reader(source, longest);
  Members members;
  auto event = reader.next();
  for (; event == Event::member; event = reader.next()) {
    members.emplace_back(reader.key(), std::string(reader.value()));
  }
  return {members, event};
}

constexpr std::string_view kObject =
    R"( {"a" : 1.5 , "b\n":[1, [2, "]"], {"x":"}\""}],"c": {"d":null} , "e":true,"f":"" } )";

const Members kMembers{{"a", "1.5"},
                       {"b\n", R"([1, [2, "]"], {"x":"}\""}])"},
                       {"c", R"({"d":null})"},
                       {"e", "true"},
                       {"f", R"("")"}};

TEST_CASE("the members of a file are the same, however its bytes arrive", "[import]") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{7}, kObject.size()}) {
    CAPTURE(piece);
    const auto [members, event] = read_members(kObject, piece);
    CHECK(members == kMembers);
    CHECK(event == Event::end);
  }
}

TEST_CASE("a file cut off anywhere gives the members before that place, and says so", "[import]") {
  const std::size_t last = kObject.rfind('}');
  for (std::size_t length = 0; length <= last; ++length) {
    CAPTURE(length);
    const auto [members, event] = read_members(kObject.substr(0, length), 5);
    CHECK(event == (length <= 1 ? Event::empty : Event::cut_off));
    CHECK(members.size() < kMembers.size() + 1);
    CHECK(std::equal(members.begin(), members.end(), kMembers.begin()));
    const auto [again, same] = read_members(std::string(kObject.substr(0, length)) + "}", 5);
    CHECK(again.size() >= members.size());
  }
}

TEST_CASE("what is no object, or not only one, is told apart", "[import]") {
  CHECK(read_members("", 4).second == Event::empty);
  CHECK(read_members(" \n\t ", 4).second == Event::empty);
  CHECK(read_members("[1, 2]", 4).second == Event::not_object);
  CHECK(read_members("PK\x03\x04", 4).second == Event::not_object);
  CHECK(read_members(std::string(9000, '\0'), 4096).second == Event::not_object);
  CHECK(read_members("{}", 4).second == Event::end);
  CHECK(read_members("\xEF\xBB\xBF{}", 4096).second == Event::end);
  CHECK(read_members(R"({"a":1} {"b":2})", 4).second == Event::trailing);
  CHECK(read_members(R"({"a":1}]})", 4).second == Event::trailing);
  CHECK(read_members(R"({"a":1 "b":2})", 4).second == Event::broken);
  CHECK(read_members(R"({"a" 1})", 4).second == Event::broken);
  CHECK(read_members(R"({a:1})", 4).second == Event::broken);
  CHECK(read_members(R"({"a":1,})", 4).second == Event::broken);
  CHECK(read_members(R"({"a":})", 4).second == Event::broken);
  CHECK(read_members(R"({"a":1,"a":2})", 4).first.size() == 2);
}

TEST_CASE("a member longer than allowed ends the reading instead of filling the memory", "[import]") {
  const std::string text = R"({"a":1,"b":")" + std::string(500'000, 'x') + R"(","c":2})";
  const auto [members, event] = read_members(text, 4096, 100'000);
  CHECK(members == Members{{"a", "1"}});
  CHECK(event == Event::too_long);
  CHECK(read_members(text, 4096, 600'000).second == Event::end);
}

TEST_CASE("lists and objects are cut up only as far as they are well-formed", "[import]") {
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
  CHECK_FALSE(for_each_member(R"({"a":1,"b"})", note));
  CHECK_FALSE(for_each_member("[]", note));
}

TEST_CASE("numbers are exactly those of their digits", "[import]") {
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

TEST_CASE("counts, flags and texts say what they say and nothing else", "[import]") {
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
  CHECK_FALSE(text_in(R"("\ud83d")"));
  CHECK_FALSE(text_in("a"));
  for (const char* nothing : {"null", "false", R"("")", "[]", "{ }"}) CHECK(says_nothing(nothing));
  for (const char* something : {"0", R"("x")", "[1]", "true"}) CHECK_FALSE(says_nothing(something));
}

}  // namespace
}  // namespace governor::ctl::legacy::test
