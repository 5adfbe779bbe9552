#include "daemon/mcp/catalogue.hpp"

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "tests/support/catch.hpp"

using namespace governor::daemon;
namespace json = boost::json;

TEST_CASE("the instructions tell the way of working in its order, and name what the default profile has") {
  const std::string text(json::parse(initialize_json(Revision::v2025_11_25)).at("instructions").as_string());
  CHECK(std::string(json::parse(discover_json()).at("instructions").as_string()) == text);
  std::size_t at = 0;
  for (const std::string_view name :
       {"register_agent", "request_write", "commit_file", "release_write", "process_agent_update"}) {
    INFO(name);
    const std::size_t found = text.find(name, at);
    REQUIRE(found != std::string::npos);
    CHECK(find_tool(name)->in_core);
    at = found;
  }
  CHECK(text.find("lease") != std::string::npos);
  CHECK(text.find("governorctl") == std::string::npos);
  CHECK(text.size() < 1000);
}
