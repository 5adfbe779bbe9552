#include "gateway/mcp/mcp_rules.hpp"

#include "tests/support/catch.hpp"

using namespace governor::gateway;
namespace json = boost::json;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

const std::string kStated = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                            R"("io.modelcontextprotocol/clientCapabilities":{}})";

json::object call(const std::string& params) {
  return json::parse(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{)" + params + "}}")
      .get_object();
}

/// 0: sessions, 1: stateless, else the number of the error.
int era(Fields fields, const json::object& message) {
  const auto found = era_of(RequestHead{"POST", "/mcp", std::move(fields)}, message);
  if (const auto* refusal = std::get_if<McpRefusal>(&found)) return refusal->number;
  return std::get<Era>(found) == Era::stateless ? 1 : 0;
}

}  // namespace

TEST_CASE("requests of the revisions with sessions are known by what they do not say") {
  const json::object plain = call(R"("name":"x")");
  CHECK(era({}, plain) == 0);
  for (const char* revision : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
    CHECK(era({{"MCP-Protocol-Version", revision}}, plain) == 0);
  CHECK(era({{"MCP-Protocol-Version", "1999-01-01"}}, plain) == -32022);
}

TEST_CASE("a stateless request says the same in its fields and in itself") {
  const json::object request = call(kStated + R"(,"name":"x")");
  const Fields good{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "x"}};
  CHECK(era(good, request) == 1);
  for (std::size_t left_out = 0; left_out < good.size(); ++left_out) {
    Fields fewer = good;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
    CHECK(era(fewer, request) == -32020);
    Fields wrong = good;
    wrong[left_out].second = "2025-11-25";
    CHECK(era(wrong, request) == -32020);
  }
  Fields encoded = good;
  encoded[2].second = "=?base64?eA==?=";
  CHECK(era(encoded, request) == 1);
  encoded[2].second = "=?base64?eQ==?=";
  CHECK(era(encoded, request) == -32020);
}

TEST_CASE("the field Mcp-Name is wanted only where the request has a name") {
  const json::object list =
      json::parse(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{)" + kStated + "}}")
          .get_object();
  CHECK(era({{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}}, list) == 1);
  const json::object read =
      json::parse(R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"governor://a",)" +
                  kStated + "}}")
          .get_object();
  const Fields fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "resources/read"}};
  CHECK(era(fields, read) == -32020);
  Fields named = fields;
  named.emplace_back("Mcp-Name", "governor://a");
  CHECK(era(named, read) == 1);
}

TEST_CASE("requests about a task name it in Mcp-Name") {
  for (const std::string method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    INFO(method);
    const json::object request = json::parse(R"({"jsonrpc":"2.0","id":1,"method":")" + method +
                                             R"(","params":{"taskId":"painter-1",)" + kStated + "}}")
                                     .get_object();
    Fields fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}};
    CHECK(era(fields, request) == -32020);
    fields.emplace_back("Mcp-Name", "painter-2");
    CHECK(era(fields, request) == -32020);
    fields.back().second = "painter-1";
    CHECK(era(fields, request) == 1);
  }
}

TEST_CASE("a revision that nobody speaks is left to the daemon if the request says it twice") {
  const json::object request =
      json::parse(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)"
                  R"("io.modelcontextprotocol/protocolVersion":"1900-01-01"}}})")
          .get_object();
  CHECK(era({{"MCP-Protocol-Version", "1900-01-01"}, {"Mcp-Method", "tools/list"}}, request) == 1);
}

TEST_CASE("a stateless request that does not say what it must is malformed, whatever its fields say") {
  const Fields good{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "x"}};
  for (const char* params :
       {R"("name":"x")", R"("name":"x","_meta":{})",
        R"("name":"x","_meta":{"io.modelcontextprotocol/clientCapabilities":{}})",
        R"("name":"x","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"})"}) {
    INFO(params);
    const auto found = era_of(RequestHead{"POST", "/mcp", good}, call(params));
    REQUIRE(std::holds_alternative<McpRefusal>(found));
    CHECK(std::get<McpRefusal>(found).number == -32602);
    CHECK(std::get<McpRefusal>(found).status == 400);
  }
}

TEST_CASE("initialize is no method of the stateless revision") {
  const json::object request =
      json::parse(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{)" + kStated + "}}")
          .get_object();
  const auto found = era_of(
      RequestHead{"POST", "/mcp", {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "initialize"}}},
      request);
  REQUIRE(std::holds_alternative<McpRefusal>(found));
  CHECK(std::get<McpRefusal>(found).number == -32601);
  CHECK(std::get<McpRefusal>(found).status == 404);
}

TEST_CASE("stateless clients answer nothing") {
  const json::object answer = json::parse(R"({"jsonrpc":"2.0","id":1,"result":{}})").get_object();
  CHECK(era({{"MCP-Protocol-Version", "2026-07-28"}}, answer) == -32600);
  const json::object notification = json::parse(R"({"jsonrpc":"2.0","method":"a"})").get_object();
  CHECK(era({{"MCP-Protocol-Version", "2026-07-28"}}, notification) == 1);
}

TEST_CASE("encoded fields are decoded, and what is wrong in them is no value") {
  CHECK(decoded_field("us-west1") == std::string("us-west1"));
  CHECK(decoded_field("=?base64?IHBhZGRlZCA=?=") == std::string(" padded "));
  CHECK(decoded_field("=?BASE64?eA==?=") == std::string("=?BASE64?eA==?="));
  CHECK(decoded_field("=?base64?"
                      "?=") == std::string());
  CHECK_FALSE(decoded_field("=?base64?e?="));
  CHECK_FALSE(decoded_field("=?base64?/w==?="));  // no UTF-8
}

TEST_CASE("errors of the protocol have their status") {
  CHECK(status_of_answer(R"({"jsonrpc":"2.0","id":1,"result":{"error":{"code":-32601}}})") == 200);
  CHECK(status_of_answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}})") == 404);
  CHECK(status_of_answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022}})") == 400);
  CHECK(status_of_answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602}})") == 200);
}

TEST_CASE("a refusal has the id of the request, or none") {
  McpRefusal refusal{400, -32020, "Header mismatch: x"};
  const json::value id("a");
  CHECK(refusal.json(&id) ==
        R"({"jsonrpc":"2.0","id":"a","error":{"code":-32020,"message":"Header mismatch: x"}})");
  CHECK(refusal.json(nullptr) ==
        R"({"jsonrpc":"2.0","error":{"code":-32020,"message":"Header mismatch: x"}})");
}
