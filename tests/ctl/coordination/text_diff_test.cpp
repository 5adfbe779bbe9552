#include "ctl/coordination/text_diff.hpp"

#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "text/lines.hpp"

using governor::ctl::is_binary;
using governor::ctl::text_diff;

namespace {

/// The numbers of "@@ -from,count +...", the first of which counts from 1.
struct Hunk {
  std::size_t from = 0;
  std::size_t count = 1;
};

Hunk hunk_of(std::string_view line) {
  Hunk hunk;
  const std::string numbers(line.substr(4, line.find(' ', 4) - 4));
  hunk.from = std::stoul(numbers);
  if (const auto comma = numbers.find(','); comma != std::string::npos)
    hunk.count = std::stoul(numbers.substr(comma + 1));
  return hunk;
}

/// What somebody has who applies the diff and takes it at its word.
std::string applied(const std::string& before, const std::string& diff) {
  std::vector<std::string> old_lines;
  for (std::size_t at = 0; at < before.size();) {
    const std::size_t end = std::min(before.find('\n', at), before.size() - 1) + 1;
    old_lines.push_back(before.substr(at, end - at));
    at = end;
  }
  std::string text;
  std::size_t next = 0;
  std::string* newest = nullptr;
  std::string added;
  const auto flush = [&] {
    text += added;
    added.clear();
  };
  for (const std::string_view line : governor::text::lines_of(diff)) {
    if (line.starts_with("@@")) {
      flush();
      const Hunk hunk = hunk_of(line);
      const std::size_t begin = hunk.count == 0 ? hunk.from : hunk.from - 1;
      REQUIRE(begin >= next);
      while (next < begin) text += old_lines.at(next++);
    } else if (line.starts_with('\\')) {
      if (newest != nullptr) newest->pop_back();
    } else {
      flush();
      if (line[0] != '+') {
        const std::string& old = old_lines.at(next++);
        REQUIRE(old.substr(0, line.size() - 1) == line.substr(1));
      }
      newest = nullptr;
      if (line[0] != '-') {
        added = std::string(line.substr(1)) + '\n';
        newest = &added;
      }
    }
  }
  flush();
  while (next < old_lines.size()) text += old_lines.at(next++);
  return text;
}

}  // namespace

TEST_CASE("a diff shows what changes with three lines around it, as others write it", "[ctl]") {
  CHECK(text_diff("", "").empty());
  CHECK(text_diff("a\nb\n", "a\nb\n").empty());
  CHECK(text_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  CHECK(text_diff("", "a\n") == "@@ -0,0 +1 @@\n+a\n");
  CHECK(text_diff("a\n", "") == "@@ -1 +0,0 @@\n-a\n");
  CHECK(text_diff("a", "a\n") == "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST_CASE("changes that are far from each other stand apart", "[ctl]") {
  std::string before;
  std::string after;
  for (int i = 1; i <= 30; ++i) {
    before += std::to_string(i) + '\n';
    after += (i == 5 || i == 25 ? "x" : "") + std::to_string(i) + '\n';
  }
  const std::string diff = text_diff(before, after);
  CHECK(diff.find("@@ -2,7 +2,7 @@") == 0);
  CHECK(diff.find("@@ -22,7 +22,7 @@") != std::string::npos);
  CHECK(diff.find(" 15\n") == std::string::npos);
}

TEST_CASE("whoever applies a diff has the other text, and it is as short as can be", "[ctl]") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const auto some_text = [&] {
      std::string text;
      for (auto lines = random() % 25; lines > 0; --lines) text += std::string(1, "abc"[random() % 3]) + '\n';
      if (random() % 4 == 0) text += "end";
      return text;
    };
    const std::string before = some_text();
    const std::string after = some_text();
    CAPTURE(before, after, text_diff(before, after));
    CHECK(applied(before, text_diff(before, after)) == after);
  }
  // One line is added to 2,000 that are other than those before it.
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += std::to_string(i) + '\n';
  CHECK(text_diff(lines, "new\n" + lines) == "@@ -1,3 +1,4 @@\n+new\n 0\n 1\n 2\n");
}

TEST_CASE("texts that have nothing in common are still told apart, and soon", "[ctl]") {
  std::string before = "same\n";
  std::string after = "same\n";
  for (int i = 0; i < 20'000; ++i) {
    before += "old " + std::to_string(i) + '\n';
    after += "new " + std::to_string(i) + '\n';
  }
  CHECK(applied(before, text_diff(before, after)) == after);
}

TEST_CASE("what is no text is said to be none", "[ctl]") {
  CHECK(is_binary(std::string("a\0b", 3)));
  CHECK_FALSE(is_binary("text\n"));
}
