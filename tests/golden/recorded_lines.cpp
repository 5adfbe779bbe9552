#include "tests/golden/recorded_lines.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "tests/support/catch.hpp"

namespace governor::test {

namespace {

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

bool is_to_be_recorded(const std::string& what) {
  const char* asked = std::getenv("GOVERNOR_RECORD");
  const std::string_view record = asked != nullptr ? asked : "";
  return record == "all" || record == what;
}

bool is_first_line(const std::string& path, const std::string& line) {
  std::ifstream file(path);
  std::string first;
  return std::getline(file, first) && first == line;
}

void check_recorded_lines(const std::string& path, const std::vector<std::string>& now, bool record) {
  if (record) {
    std::ofstream file(path, std::ios::trunc);
    for (const std::string& line : now) file << line << '\n';
    REQUIRE(file.flush());
    return;
  }
  const std::vector<std::string> before = read_lines(path);
  for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    INFO(path << ":" << i + 1);
    CHECK(now[i] == before[i]);
  }
  INFO(path);
  CHECK(now.size() == before.size());
}

}  // namespace governor::test
