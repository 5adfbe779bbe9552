// The form of a tool's result.
#include "daemon/mcp/reply.hpp"

#include <boost/json.hpp>
#include <string>

#include "daemon/tools/tool.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
namespace core = governor::core;
namespace json = boost::json;

namespace {

json::object result_of(const core::Result<std::string>& outcome, const Tool* tool, Revision revision) {
  return json::parse(tool_reply({"7", revision}, outcome, tool)).at("result").as_object();
}

std::string pictures(const json::object& result) {
  return R"([{"type":"image","mimeType":"image/png","data":")" + std::string(result.at("png").as_string()) +
         R"("}])";
}

}  // namespace

TEST_CASE("a tool with content of its own gives it in place of a text") {
  Tool tool;
  tool.content = pictures;
  for (const Revision revision : {Revision::v2024_11_05, Revision::v2025_11_25, Revision::v2026_07_28}) {
    const json::object result = result_of(std::string(R"({"png":"AAAA"})"), &tool, revision);
    CHECK(result.at("content") ==
          json::array{{{"type", "image"}, {"mimeType", "image/png"}, {"data", "AAAA"}}});
    CHECK(result.contains("structuredContent") == has_structured_content(revision));
    CHECK(result.at("isError") == false);
  }
}

TEST_CASE("an error of such a tool is a text") {
  Tool tool;
  tool.content = pictures;
  const core::Error error(core::ErrorCode::conflict, "No picture.", "Make one.");
  const json::object result = result_of(error, &tool, Revision::v2026_07_28);
  CHECK(result.at("isError") == true);
  CHECK(result.at("content").at(0).at("type") == "text");
}

TEST_CASE("a tool without words or content shows its result as JSON") {
  const json::object result = result_of(std::string(R"({"n":1})"), nullptr, Revision::v2025_11_25);
  CHECK(result.at("content").at(0).at("text") == R"({"n":1})");
}
