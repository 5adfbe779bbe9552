#include "ipc/hello.hpp"

#include "ipc/json_members.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"

using namespace governor::ipc;

namespace {

Hello example() {
  Hello hello;
  hello.build = "0.1.0+5.abc";
  hello.session = std::string(32, 'a');
  hello.pid = 77;
  hello.cwd = "/home/x";
  hello.client = "cursor";
  return hello;
}

}  // namespace

TEST_CASE("hello is the line that the wire protocol describes") {
  CHECK(encode_hello(example()) ==
        R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":1,"build":"0.1.0+5.abc",)"
        R"("session":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","pid":77,"cwd":"/home/x","client":"cursor"}})");
  Hello hello = example();
  hello.tools = "full";
  CHECK(encode_hello(hello).ends_with(R"("client":"cursor","tools":"full"}})"));
}

TEST_CASE("a directory that is not UTF-8 or holds quotes and newlines cannot break hello") {
  Hello hello = example();
  hello.cwd = "/a\"b\n\xFF\\";
  const std::string line = encode_hello(hello);
  CHECK(line.find('\n') == std::string::npos);
  const auto params = find_member(line, "params");
  REQUIRE(params);
  CHECK(decode_string(find_member(*params, "cwd").value()) == "/a\"b\n\xEF\xBF\xBD\\");
}

TEST_CASE("the reply tells build, pid and whether the session was resumed") {
  const auto reply = parse_hello_reply(
      R"({"jsonrpc":"2.0","id":0,"result":{"protocol":1,"build":"0.2.0+9.x","pid":12,"resumed":true,)"
      R"("limits":{"line_bytes":8388608,"unanswered":256}}})");
  REQUIRE(reply);
  CHECK(reply->build == "0.2.0+9.x");
  CHECK(reply->pid == 12);
  CHECK(reply->resumed);
  CHECK(reply->protocol == 1);
}

TEST_CASE("a refusal carries the daemon's message and hint") {
  const auto reply = parse_hello_reply(
      R"({"jsonrpc":"2.0","id":0,"error":{"code":-31002,"message":"protocol 1 is not supported",)"
      R"("data":{"code":"protocol_version_mismatch","supported":[2],"hint":"update governor-proxy"}}})");
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == Errc::remote_error);
  CHECK(reply.error().message.find("protocol 1 is not supported: update governor-proxy") !=
        std::string::npos);
}

TEST_CASE("something else than a reply is a protocol error") {
  for (const char* line : {"{}", "[]", "{\"id\":1,\"result\":{\"protocol\":1}}", "{\"id\":0,\"result\":{}}",
                           "{\"method\":\"x\"}", "HTTP/1.1 400"}) {
    const auto reply = parse_hello_reply(line);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::protocol_error);
  }
}
