#include "gateway/rules/json_message.hpp"

#include "tests/support/catch.hpp"

using namespace governor::gateway;
namespace json = boost::json;

namespace {

std::string code_of(std::string_view body) {
  const auto read = read_message(body);
  const auto* refusal = std::get_if<Refusal>(&read);
  return refusal == nullptr ? "" : refusal->code;
}

json::object message(std::string_view body) {
  return std::get<json::object>(read_message(body));
}

}  // namespace

TEST_CASE("one message of JSON-RPC is taken, and nothing else") {
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"a"})") == "");
  CHECK(code_of("\xef\xbb\xbf\n{\"jsonrpc\":\"2.0\",\n\"id\":1,\"method\":\"a\"}\r\n") == "");
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"\ud83d"})") == "");
  CHECK(code_of("") == "bad_json");
  CHECK(code_of("{") == "bad_json");
  CHECK(code_of(R"({"jsonrpc":"2.0"} x)") == "bad_json");
  CHECK(code_of(R"({"jsonrpc":"2.0","id":NaN})") == "bad_json");
  CHECK(code_of(std::string(5000, '[')) == "bad_json");
  CHECK(code_of(R"([{"jsonrpc":"2.0","id":1,"method":"a"}])") == "batch");
  CHECK(code_of(R"({"id":1,"method":"a"})") == "no_message");
  CHECK(code_of("1") == "no_message");
}

TEST_CASE("requests, notifications and answers are told apart") {
  const json::object request = message(R"({"jsonrpc":"2.0","id":"x","method":"a"})");
  const json::object notification = message(R"({"jsonrpc":"2.0","method":"a"})");
  const json::object answer = message(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  CHECK((is_request(request) && !is_notification(request) && !is_answer(request)));
  CHECK((!is_request(notification) && is_notification(notification) && !is_answer(notification)));
  CHECK((!is_request(answer) && !is_notification(answer) && is_answer(answer)));
  for (const char* neither :
       {R"({"jsonrpc":"2.0","id":null,"method":"a"})", R"({"jsonrpc":"2.0","id":1.5,"method":"a"})",
        R"({"jsonrpc":"2.0","id":{},"method":"a"})", R"({"jsonrpc":"2.0"})", R"({"jsonrpc":"2.0","id":1})"}) {
    INFO(neither);
    const json::object other = message(neither);
    CHECK((!is_request(other) && !is_notification(other) && !is_answer(other)));
  }
}

TEST_CASE("a request for MCP gets its revision stated, unless it states one; others stay as they are") {
  json::object call =
      message(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"a":1}}})");
  state_revision(call, "page", "1");
  CHECK(stated_revision(call) == "2026-07-28");
  CHECK(call["params"].at("_meta").at("a") == 1);
  CHECK(call["params"].at("name") == "x");
  json::object bare = message(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
  state_revision(bare, "page", "1");
  CHECK(stated_revision(bare) == "2026-07-28");
  json::object own = message(R"({"jsonrpc":"2.0","id":1,"method":"governor/health"})");
  state_revision(own, "page", "1");
  CHECK_FALSE(own.contains("params"));
  json::object stated = message(
      R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"1999-01-01"}}})");
  state_revision(stated, "page", "1");
  CHECK(stated_revision(stated) == "1999-01-01");
}
