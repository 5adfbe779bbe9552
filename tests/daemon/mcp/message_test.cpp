#include "daemon/mcp/message.hpp"

#include <string>
#include <utility>

#include "tests/support/catch.hpp"

using namespace governor::daemon;

namespace {

Message parsed(std::string_view line) {
  return Message::parse(line, {});
}

void check_malformed(std::string_view line, int code, std::string_view id) {
  const Message message = parsed(line);
  INFO(line);
  const auto* malformed = std::get_if<Malformed>(&message.content());
  REQUIRE(malformed != nullptr);
  CHECK(malformed->code == code);
  CHECK(malformed->id == id);
  CHECK_FALSE(malformed->message.empty());
}

}  // namespace

TEST_CASE("an id is given back as it was written, text and number kept apart") {
  for (const auto& [line, id] :
       {std::pair{R"({"jsonrpc":"2.0","id":7,"method":"m"})", "7"},
        std::pair{R"({"jsonrpc":"2.0","id":"7","method":"m"})", "\"7\""},
        std::pair{R"({"jsonrpc":"2.0","id":-9223372036854775808,"method":"m"})", "-9223372036854775808"},
        std::pair{R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"m"})", "18446744073709551615"},
        std::pair{R"({"jsonrpc":"2.0","id":"","method":"m"})", "\"\""}}) {
    const Message message = parsed(line);
    const auto* request = std::get_if<Request>(&message.content());
    INFO(line);
    REQUIRE(request != nullptr);
    CHECK(request->id == id);
    CHECK(request->method == "m");
    CHECK(request->params == nullptr);
  }
}

TEST_CASE("what is no message is told with the right code, and with its id where there is one") {
  check_malformed("", -32700, "");
  check_malformed("{", -32700, "");
  check_malformed("{}x", -32700, "");
  check_malformed("{\"a\":\"\xFF\"}", -32700, "");
  check_malformed("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\nb\"}", -32700, "1");
  check_malformed("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":\"\xFF\"}}", -32700, "1");
  check_malformed(R"({"method":"m","params":{"x":NaN},"jsonrpc":"2.0","id":"q"})", -32700, "\"q\"");
  check_malformed(R"({"jsonrpc":"2.0","id":1,"result":{"x":NaN}})", -32700, "");
  check_malformed("[]", -32600, "");
  check_malformed(R"([{"jsonrpc":"2.0","id":1,"method":"m"}])", -32600, "");
  check_malformed("5", -32600, "");
  check_malformed(R"({"jsonrpc":"2.0","id":null,"method":"m"})", -32600, "");
  check_malformed(R"({"jsonrpc":"2.0","id":1.5,"method":"m"})", -32600, "");
  check_malformed(R"({"jsonrpc":"2.0","id":12345678901234567890123,"method":"m"})", -32600, "");
  check_malformed(R"({"jsonrpc":"2.0","id":{},"method":"m"})", -32600, "");
  check_malformed(R"({"jsonrpc":"1.0","id":1,"method":"m"})", -32600, "1");
  check_malformed(R"({"id":1,"method":"m"})", -32600, "1");
  check_malformed(R"({"jsonrpc":"2.0","id":1})", -32600, "1");
  check_malformed(R"({"jsonrpc":"2.0","id":"a","method":5})", -32600, "\"a\"");
  check_malformed(R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})", -32602, "1");
  check_malformed(R"({"jsonrpc":"2.0","id":1,"method":"m","params":null})", -32602, "1");
}

TEST_CASE("nesting without end is refused, not followed") {
  check_malformed(std::string(100000, '['), -32700, "");
  std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"m","params":)";
  for (int i = 0; i < 1000; ++i) deep += "{\"a\":";
  check_malformed(deep, -32700, "1");
}

TEST_CASE("a number that JSON does not have is called by its name") {
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    const Message message =
        parsed(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"x":)" + std::string(word) + "}}");
    const std::string& told = std::get<Malformed>(message.content()).message;
    INFO(told);
    CHECK(told.find(word[0] == '-' ? word + 1 : word) != std::string::npos);
    CHECK(told.find("Leave such a value out") != std::string::npos);
  }
}

TEST_CASE("half a surrogate pair in a text is read as a replacement character") {
  const Message message = parsed(
      R"({"jsonrpc":"2.0","id":"\ud83d","method":"m","params":{"text":"cut \ud83d","whole":"\ud83d\ude00","\udc00":1}})");
  const auto* request = std::get_if<Request>(&message.content());
  REQUIRE(request != nullptr);
  CHECK(request->id == R"("\ud83d")");
  CHECK(request->params->at("text").as_string() == "cut \xEF\xBF\xBD");
  CHECK(request->params->at("whole").as_string() == "\xF0\x9F\x98\x80");
  CHECK(request->params->contains("\xEF\xBF\xBD"));
  check_malformed(R"({"jsonrpc":"2.0","id":2,"method":"m","params":{"text":"\ud83d","x":NaN}})", -32700, "2");
}

TEST_CASE("a byte order mark before a message is skipped") {
  CHECK(std::holds_alternative<Request>(
      parsed("\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}").content()));
}

TEST_CASE("without an id it is a notification, without a method a response") {
  CHECK(std::holds_alternative<Notification>(parsed(R"({"jsonrpc":"2.0","method":"m"})").content()));
  CHECK(std::holds_alternative<Response>(parsed(R"({"jsonrpc":"2.0","id":1,"result":{}})").content()));
  CHECK(std::holds_alternative<Response>(parsed(R"({"jsonrpc":"2.0","id":1,"error":{}})").content()));
}

TEST_CASE("of duplicate keys the last one counts") {
  const Message message = parsed(
      R"({"jsonrpc":"2.0","id":1,"id":2,"method":"a","method":"b","params":{"x":1},"params":{"x":2}})");
  const auto* request = std::get_if<Request>(&message.content());
  REQUIRE(request != nullptr);
  CHECK(request->id == "2");
  CHECK(request->method == "b");
  CHECK(request->params->at("x").as_int64() == 2);
}

TEST_CASE("a message that is moved keeps what it points at") {
  Message message = parsed(R"({"jsonrpc":"2.0","id":1,"method":"short","params":{"a":"b"}})");
  const Message moved = std::move(message);
  const auto* request = std::get_if<Request>(&moved.content());
  REQUIRE(request != nullptr);
  CHECK(request->method == "short");
  CHECK(request->params->at("a").as_string() == "b");
}
