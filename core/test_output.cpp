#include "core/test_output.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>
#include <vector>

#include "text/lines.hpp"

namespace governor::core {
namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// In lower case and without the sequences that colour a terminal.
std::string plain(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '[') {
      while (i < text.size() && !is_letter(text[i])) ++i;
    } else {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    }
  }
  return result;
}

std::optional<std::uint32_t> number_at(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

/// `12 word`: the number before the word.
std::optional<std::uint32_t> before(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const std::size_t after = at + word.size();
    if (after < line.size() && is_letter(line[after])) continue;
    std::size_t end = at;
    while (end > 0 && line[end - 1] == ' ') --end;
    std::size_t begin = end;
    while (begin > 0 && is_digit(line[begin - 1])) --begin;
    if (begin < end && end < at) return number_at(line.substr(begin, end - begin));
  }
  return std::nullopt;
}

/// `word: 12` or `word=12`: the number after the word.
std::optional<std::uint32_t> after(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    if (at > 0 && is_letter(line[at - 1])) continue;
    std::size_t begin = at + word.size();
    if (begin >= line.size() || (line[begin] != ':' && line[begin] != '=')) continue;
    ++begin;
    while (begin < line.size() && line[begin] == ' ') ++begin;
    if (const auto number = number_at(line.substr(begin))) return number;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> sum(std::optional<std::uint32_t> a, std::optional<std::uint32_t> b) {
  if (!a && !b) return std::nullopt;
  return a.value_or(0) + b.value_or(0);
}

std::uint32_t less(std::uint32_t all, std::uint32_t part) {
  return all > part ? all - part : 0;
}

/// Maven, phpunit (`Tests: 5, ... Failures: 1`), dotnet (`Failed: 1, Passed: 4, ...`).
std::optional<TestCounts> labelled(std::string_view line) {
  auto all = after(line, "tests run");
  if (!all && line.find("assertion") != std::string_view::npos) {
    all = line.starts_with("ok") ? sum(before(line, "tests"), before(line, "test")) : after(line, "tests");
  }
  if (all) {
    const std::uint32_t failed = sum(after(line, "failures"), after(line, "errors")).value_or(0);
    return TestCounts{less(less(*all, failed), after(line, "skipped").value_or(0)), failed};
  }
  const auto passed = after(line, "passed");
  const auto failed = after(line, "failed");
  if (passed && failed) return TestCounts{*passed, *failed};
  return std::nullopt;
}

/// `3 failed, 5 passed` in the words of pytest, cargo, jest, vitest and others.
std::optional<TestCounts> counted(std::string_view line) {
  if (const auto failed = before(line, "tests failed out of")) {  // ctest
    const auto all = number_at(line.substr(std::min(line.find("out of ") + 7, line.size())));
    if (all) return TestCounts{less(*all, *failed), *failed};
  }
  if (const auto all = before(line, "tests completed")) {  // gradle
    const std::uint32_t failed = before(line, "failed").value_or(0);
    return TestCounts{less(*all, failed), failed};
  }
  for (const std::string_view unit : {"examples", "example"}) {  // rspec
    if (const auto all = before(line, unit)) {
      const auto failed = sum(before(line, "failures"), before(line, "failure"));
      if (failed) return TestCounts{less(*all, *failed), *failed};
    }
  }
  const auto passed = before(line, "passed");
  const auto failed = sum(before(line, "failed"), sum(before(line, "errors"), before(line, "error")));
  // One word alone may be about anything, unless the line is set off as a summary.
  const bool set_off = line.starts_with("=") || line.find(" in ") != std::string_view::npos ||
                       line.find("tests") != std::string_view::npos ||
                       line.find("result") != std::string_view::npos;
  if (!(passed && failed) && !((passed || failed) && set_off)) return std::nullopt;
  return TestCounts{passed.value_or(0), failed.value_or(0)};
}

/// `Ran 12 tests`, and below it `OK` or `FAILED (failures=1, errors=2)`.
std::optional<TestCounts> unittest(const std::vector<std::string_view>& lines, std::size_t at) {
  const std::string_view line = lines[at];
  if (!line.starts_with("ran ")) return std::nullopt;
  const auto all = sum(before(line, "tests"), before(line, "test"));
  if (!all) return std::nullopt;
  std::uint32_t failed = 0;
  for (std::size_t i = at + 1; i < std::min(at + 4, lines.size()); ++i) {
    if (lines[i].starts_with("failed"))
      failed = sum(after(lines[i], "failures"), after(lines[i], "errors")).value_or(0);
  }
  return TestCounts{less(*all, failed), failed};
}

/// Two lines, each with one of the counts, next to each other: mocha, node.
std::optional<TestCounts> apart(const std::vector<std::string_view>& lines, std::size_t at) {
  std::optional<std::uint32_t> passed = before(lines[at], "passing");
  std::optional<std::uint32_t> failed;
  if (passed) {
    if (at + 1 < lines.size()) failed = before(lines[at + 1], "failing");
    return TestCounts{*passed, failed.value_or(0)};
  }
  const auto tap = [](std::string_view line, std::string_view word) -> std::optional<std::uint32_t> {
    const std::size_t found = line.find(word);
    const bool is_comment = line.starts_with("# ");
    const bool is_information = line.starts_with("\xe2\x84\xb9");
    if (found == std::string_view::npos || found > 4 || !(is_comment || is_information)) return std::nullopt;
    return number_at(line.substr(found + word.size()));
  };
  passed = tap(lines[at], "pass ");
  if (passed && at + 1 < lines.size()) failed = tap(lines[at + 1], "fail ");
  if (passed && failed) return TestCounts{*passed, *failed};
  return std::nullopt;
}

/// Each test has a line of its own.
std::optional<TestCounts> go_lines(const std::vector<std::string_view>& lines) {
  TestCounts counts;
  bool found = false;
  for (const std::string_view line : lines) {
    if (line.starts_with("--- pass")) {
      ++counts.passed;
      found = true;
    } else if (line.starts_with("--- fail")) {
      ++counts.failed;
      found = true;
    }
  }
  return found ? std::optional(counts) : std::nullopt;
}

/// cargo has a summary for each program of tests.
std::optional<TestCounts> cargo_lines(const std::vector<std::string_view>& lines) {
  TestCounts counts;
  bool found = false;
  for (const std::string_view line : lines) {
    if (!line.starts_with("test result:")) continue;
    counts.passed += before(line, "passed").value_or(0);
    counts.failed += before(line, "failed").value_or(0);
    found = true;
  }
  return found ? std::optional(counts) : std::nullopt;
}

}  // namespace

std::optional<TestCounts> read_test_output(std::string_view tail) {
  const std::string shown = plain(tail);
  const std::vector<std::string_view> lines = text::lines_of(shown);
  if (const auto counts = cargo_lines(lines)) return counts;
  if (const auto counts = go_lines(lines)) return counts;
  for (std::size_t i = lines.size(); i-- > 0;) {
    if (const auto counts = unittest(lines, i)) return counts;
    if (const auto counts = apart(lines, i)) return counts;
    if (const auto counts = labelled(lines[i])) return counts;
    if (const auto counts = counted(lines[i])) return counts;
  }
  return std::nullopt;
}

}  // namespace governor::core
