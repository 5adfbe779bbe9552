#include "tests/golden/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <utility>

#include "tests/support/catch.hpp"

namespace governor::test {

namespace json = boost::json;

namespace {

using Lines = std::vector<std::string>;

/// As json::serialize, but with numbers as people write them.
void append(std::string& out, const json::value& value) {
  const char* comma = "";
  if (value.is_object()) {
    out += '{';
    for (const auto& [key, member] : value.get_object()) {
      out += std::exchange(comma, ",") + json::serialize(key) + ":";
      append(out, member);
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (const json::value& member : value.get_array()) {
      out += std::exchange(comma, ",");
      append(out, member);
    }
    out += ']';
  } else if (value.is_double()) {
    out += fmt::format("{}", value.get_double());
  } else {
    out += json::serialize(value);
  }
}

std::string line_of(const json::value& value) {
  std::string line;
  append(line, value);
  return line;
}

Lines read_lines(const std::string& path) {
  Lines lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

void compare(const std::string& path, const Lines& now, bool record) {
  if (record) {
    std::ofstream file(path, std::ios::trunc);
    for (const std::string& line : now) file << line << '\n';
    REQUIRE(file.flush());
    return;
  }
  const Lines before = read_lines(path);
  for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    INFO(path << ":" << i + 1);
    CHECK(now[i] == before[i]);
  }
  INFO(path);
  CHECK(now.size() == before.size());
}

}  // namespace

void check_against_record(const std::string& name, const std::vector<Script::Played>& played) {
  Lines answers;
  Lines prose;
  for (const Script::Played& one : played) {
    const std::string step = std::to_string(answers.size() + 1) + " " + one.step;
    answers.push_back(line_of(json::object{{"step", step}, {"answer", one.answer.meaning}}));
    if (!one.answer.prose.empty())
      prose.push_back(line_of(json::object{{"step", step}, {"prose", one.answer.prose}}));
  }
  const char* asked = std::getenv("GOVERNOR_RECORD");
  const std::string_view record = asked != nullptr ? asked : "";
  const std::string path = std::string(GOVERNOR_OUTPUTS_DIR) + "/" + name;
  compare(path + ".answers.jsonl", answers, record == "all");
  compare(path + ".prose.jsonl", prose, record == "all" || record == "prose");
}

}  // namespace governor::test
