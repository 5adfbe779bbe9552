#include "core/path_pattern.hpp"

#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using governor::core::PathPattern;

namespace {

struct Case {
  const char* pattern;
  const char* path;
  bool matches;
};

/// By the definition, name by name and character by character, without a table.
bool matches_simply(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  if (pattern == "/**" || pattern.starts_with("/**/")) {
    const std::string_view rest = pattern.substr(3);
    if (matches_simply(rest, path)) return true;
    if (path.empty() || path.front() != '/') return false;
    const std::size_t next = path.find('/', 1);
    return matches_simply(pattern, next == std::string_view::npos ? std::string_view() : path.substr(next));
  }
  if (pattern.front() == '*') {
    if (matches_simply(pattern.substr(1), path)) return true;
    return !path.empty() && path.front() != '/' && matches_simply(pattern, path.substr(1));
  }
  if (path.empty() || (pattern.front() == '?' ? path.front() == '/' : pattern.front() != path.front()))
    return false;
  return matches_simply(pattern.substr(1), path.substr(1));
}

std::string random_text(std::mt19937& random, std::string_view characters, int names) {
  std::string text;
  for (int i = 0; i < names; ++i) {
    text += '/';
    const int length = 1 + static_cast<int>(random() % 3);
    for (int c = 0; c < length; ++c) text += characters[random() % characters.size()];
    if (characters.find('*') != std::string_view::npos && random() % 4 == 0) {
      text.erase(text.rfind('/') + 1);
      text += "**";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("what a pattern matches") {
  const std::vector<Case> cases{
      {"/a/**", "/a", true},
      {"/a/**", "/a/b", true},
      {"/a/**", "/a/b/c.txt", true},
      {"/a/**", "/ab", false},
      {"/a/**", "/", false},
      {"/a/*", "/a/b", true},
      {"/a/*", "/a", false},
      {"/a/*", "/a/b/c", false},
      {"/a/*.cpp", "/a/x.cpp", true},
      {"/a/*.cpp", "/a/.cpp", true},
      {"/a/*.cpp", "/a/x.hpp", false},
      {"/a/**/x.cpp", "/a/x.cpp", true},
      {"/a/**/x.cpp", "/a/b/c/x.cpp", true},
      {"/a/**/x.cpp", "/a/b/c/y.cpp", false},
      {"/a/?.c", "/a/ä.c", true},
      {"/a/?.c", "/a/ab.c", false},
      {"/**", "/anything/at/all", true},
      {"/a/*b*c*", "/a/xbxxcx", true},
      {"/a/[id].tsx", "/a/[id].tsx", true},
      {"/a/[id].tsx", "/a/i.tsx", false},
      {"/a/[id]*", "/a/[id].tsx", true},
      {"/a/[id]*", "/a/i", false},
  };
  for (const Case& c : cases) {
    INFO(c.pattern << " and " << c.path);
    CHECK(PathPattern::glob(c.pattern).matches(c.path) == c.matches);
    CHECK(PathPattern::glob(c.pattern).overlaps(PathPattern::literal(c.path)) == c.matches);
    CHECK(PathPattern::literal(c.path).overlaps(PathPattern::glob(c.pattern)) == c.matches);
  }
  CHECK_FALSE(PathPattern::literal("/a/*").matches("/a/b"));
  CHECK(PathPattern::literal("/a/*").matches("/a/*"));
}

TEST_CASE("patterns overlap when some path is in both") {
  const auto overlap = [](const char* a, const char* b) {
    const bool forward = PathPattern::glob(a).overlaps(PathPattern::glob(b));
    CHECK(forward == PathPattern::glob(b).overlaps(PathPattern::glob(a)));
    return forward;
  };
  CHECK(overlap("/a/**", "/a/b/**"));
  CHECK(overlap("/a/**", "/a/*.cpp"));
  CHECK(overlap("/a/*.cpp", "/a/x*"));
  CHECK_FALSE(overlap("/a/*.cpp", "/a/*.hpp"));
  CHECK_FALSE(overlap("/a/*.cpp", "/b/*.cpp"));
  CHECK(overlap("/a/**/x.cpp", "/a/b/*.cpp"));
  CHECK_FALSE(overlap("/a/**/x.cpp", "/a/b/*.hpp"));
  CHECK(overlap("/**/a", "/b/**"));
  CHECK(overlap("/a*c/x", "/ab*/x"));
  CHECK_FALSE(overlap("/a*/x", "/b*/x"));
  CHECK_FALSE(overlap("/a/?", "/a/??"));
}

TEST_CASE("a pattern covers another only if it matches all that the other does") {
  const auto covers = [](const char* a, const char* b) {
    return PathPattern::glob(a).covers(PathPattern::glob(b));
  };
  CHECK(covers("/a/**", "/a/**"));
  CHECK(covers("/a/**", "/a/b/**"));
  CHECK(covers("/a/**", "/a/*.cpp"));
  CHECK(covers("/a/**", "/a"));
  CHECK(covers("/a/*.cpp", "/a/x.cpp"));
  CHECK_FALSE(covers("/a/b/**", "/a/**"));
  CHECK_FALSE(covers("/a/**", "/ab/**"));
  CHECK_FALSE(covers("/a/**", "/a*/**"));
  CHECK_FALSE(covers("/a/*.cpp", "/a/**"));
  CHECK_FALSE(covers("/a", "/a/**"));
}

TEST_CASE("random patterns agree with the definition") {
  std::mt19937 random(20261121);
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random, "ab*?", 1 + static_cast<int>(random() % 4));
    const std::string path = random_text(random, "ab", 1 + static_cast<int>(random() % 4));
    const std::string other = random_text(random, "ab*?", 1 + static_cast<int>(random() % 4));
    const PathPattern pattern = PathPattern::glob(text);
    const bool expected = matches_simply(text, path);
    INFO(text << " and " << path << " and " << other);
    REQUIRE(pattern.matches(path) == expected);
    matched += expected;
    const PathPattern second = PathPattern::glob(other);
    if (expected && matches_simply(other, path)) REQUIRE(pattern.overlaps(second));
    if (pattern.covers(second) && matches_simply(other, path)) REQUIRE(expected);
  }
  CHECK(matched > 1000);
}

TEST_CASE("a pattern full of stars is judged quickly") {
  const std::string stars = "/" + std::string(60, '*') + "a";
  std::string many = "/";
  for (int i = 0; i < 60; ++i) many += "*a";
  CHECK_FALSE(PathPattern::glob(many).matches("/" + std::string(200, 'b')));
  CHECK(PathPattern::glob(many).overlaps(PathPattern::glob(stars)));
}
