#include "tests/daemon/tools/tool_reference.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/catch.hpp"

TEST_CASE("docs/tools.md ends with the reference of the tools as they are") {
  const std::string path = std::string(GOVERNOR_DOCS_DIR) + "/tools.md";
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  const std::string text = content.str();
  const std::string heading = "\n## Reference\n";
  const std::size_t begin = text.find(heading);
  REQUIRE(begin != std::string::npos);
  // After the heading a paragraph for people.
  const std::size_t tables = text.find("\n### ", begin);
  const std::string expected = text.substr(0, tables) + governor::daemon::test::tool_reference();
  if (const char* asked = std::getenv("GOVERNOR_RECORD"); asked != nullptr && std::string(asked) == "all")
    std::ofstream(path) << expected;
  INFO("GOVERNOR_RECORD=all build/dev/bin/daemon_unit_test writes it anew");
  CHECK((text == expected || std::getenv("GOVERNOR_RECORD") != nullptr));
}
