#include "ctl/demo/passages.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl;
using governor::TemporaryDirectory;

TEST_CASE("paragraphs are separated by empty lines and short ones are dropped", "[ctl]") {
  const std::string long_line(70, 'x');
  const auto passages =
      split_passages("# Title\n\n" + long_line + "\r\n" + long_line + "\n \t\n" + long_line);
  REQUIRE(passages.size() == 2);
  CHECK(passages[0] == long_line + "\n" + long_line);
  CHECK(passages[1] == long_line);
  CHECK(split_passages("").empty());
}

TEST_CASE("documents are read in the order of their names, other files are not", "[ctl]") {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/b.txt") << std::string(80, 'b');
  std::ofstream(directory.path() + "/a.md") << std::string(80, 'a');
  std::ofstream(directory.path() + "/c.cpp") << std::string(80, 'c');
  const auto passages = load_passages(directory.path());
  REQUIRE(passages.size() == 2);
  CHECK(passages[0].front() == 'a');
  CHECK(passages[1].front() == 'b');
  CHECK(load_passages(directory.path() + "/none").empty());
}

TEST_CASE("what is observed of any text is accepted by the daemon", "[ctl]") {
  for (const std::string& text : {std::string(), std::string("   "), std::string("A!"),
                                  std::string(100000, 'Z'), std::string("Größe über alles, 東京.")}) {
    const Observation seen = observe(text);
    CHECK(seen.complexity >= 0);
    CHECK(seen.complexity <= 1);
    for (const double parameter : seen.parameters) {
      CHECK(parameter >= 0);
      CHECK(parameter <= 1);
    }
  }
}
