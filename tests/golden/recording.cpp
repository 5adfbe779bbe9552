#include "tests/golden/recording.hpp"

#include <fmt/format.h>

#include <utility>

#include "tests/golden/recorded_lines.hpp"

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
  const std::string path = std::string(GOVERNOR_OUTPUTS_DIR) + "/" + name;
  check_recorded_lines(path + ".answers.jsonl", answers, is_to_be_recorded("all"));
  check_recorded_lines(path + ".prose.jsonl", prose, is_to_be_recorded("prose"));
}

}  // namespace governor::test
