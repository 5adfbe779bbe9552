#include "text/path_text.hpp"

#include <random>

#include "tests/support/catch.hpp"
#include "text/shown_text.hpp"
#include "text/utf8.hpp"

using namespace governor::text;

TEST_CASE("names that are text stay as they are") {
  for (const char* name :
       {"/p/a.cpp", "/p/[id].tsx", "/p/Größe 東京", "/p/it's $HOME; `x`", "back\\slash", "~", ""}) {
    CHECK(path_text(name) == name);
    CHECK(path_bytes(name) == name);
  }
}

TEST_CASE("other names have escapes") {
  CHECK(path_text("/p/a\xff") == "/p/a\\xff");
  CHECK(path_text("/p/a\nb") == "/p/a\\x0ab");
  CHECK(path_text("/p/a*b?") == "/p/a\\x2ab\\x3f");
  CHECK(path_text("/p/a\\xff") == "/p/a\\x5cxff");
  CHECK(path_text("/p/a\\x5cxff") == "/p/a\\x5cx5cxff");
  CHECK(path_text("back\\slash") == "back\\x5cslash");
  CHECK(path_bytes("back\\slash") == "back\\slash");
}

TEST_CASE("no escape stands for what no name can have") {
  CHECK(path_bytes("a\\x2fb") == "a\\x2fb");
  CHECK(path_bytes("a\\x00b") == "a\\x00b");
  CHECK(path_text("a\\x2fb") == "a\\x5cx2fb");
}

TEST_CASE("every name comes back from its text, and its text is safe") {
  // Bytes that are likely to be taken for something else when they meet.
  constexpr std::string_view kBytes = "\\x5cCfF02aA*?\n\x1b\xff\xc3\xa4\xe2\x80\xae/ '";
  std::mt19937 random(20260131);
  for (int round = 0; round < 20'000; ++round) {
    std::string name;
    for (auto length = random() % 12; length > 0; --length) name += kBytes[random() % kBytes.size()];
    const std::string text = path_text(name);
    CAPTURE(name, text);
    REQUIRE(path_bytes(text) == name);
    REQUIRE(is_utf8(text));
    REQUIRE(shown_text(text) == text);
    REQUIRE(text.find_first_of("*?") == std::string::npos);
    REQUIRE(path_text(path_bytes(text)) == text);
    REQUIRE_FALSE(has_plain_backslash(text));
  }
}

TEST_CASE("a pattern keeps its wildcards") {
  CHECK(pattern_text("*\xff?\\x2A\\x2a.cpp") == "*\\xff?\\x2a\\x2a.cpp");
  CHECK(pattern_text("**") == "**");
  CHECK(pattern_text("\\x6dain") == "main");
}

TEST_CASE("a backslash that begins no escape is found") {
  CHECK_FALSE(has_plain_backslash("/p/a\\xff\\x5cb"));
  for (const char* text : {"a\\b", "\\x", "\\x5cx\\", "\\x2f"}) CHECK(has_plain_backslash(text));
}
