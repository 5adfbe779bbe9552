#include "ipc/client.hpp"

#include <sys/socket.h>

#include <thread>

#include "ipc/socket_io.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"

using namespace governor::ipc;
namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

struct Ends {
  Ends() {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    client.emplace(UniqueFd(pair[0]));
    server = UniqueFd(pair[1]);
  }
  void say(std::string_view bytes) { REQUIRE(send_all(server.get(), bytes, soon())); }
  std::string heard() {
    char buffer[4096];
    REQUIRE(wait_readable(server.get(), soon()));
    return std::string(buffer, receive_some(server.get(), buffer).value());
  }
  static Deadline soon() { return Deadline::after(milliseconds(20000)); }

  std::optional<Client> client;
  UniqueFd server;
};

}  // namespace

TEST_CASE("a call returns the result with its own id and passes over what comes in between") {
  Ends ends;
  ends.say(
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
      "x\"}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":5}}\n");
  const auto result = ends.client->call("governor/status", {}, Ends::soon());
  REQUIRE(result);
  CHECK(result->at("a").as_int64() == 5);
  const json::value request = json::parse(ends.heard());
  CHECK(request.at("method").as_string() == "governor/status");
  CHECK(request.at("id").as_int64() == 1);
}

TEST_CASE("an error answer is told with its hint and kept whole") {
  Ends ends;
  ends.say(
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-31004,"message":"too much","data":{"code":"overloaded","hint":"wait"}}})"
      "\n");
  const auto result = ends.client->call("x", {}, Ends::soon());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::remote_error);
  CHECK(result.error().message == "too much: wait");
  CHECK(ends.client->last_error().at("code").as_int64() == -31004);
}

TEST_CASE("a tool call is a stateless one with its meta") {
  Ends ends;
  ends.say("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"isError\":false}}\n");
  json::object arguments;
  arguments["agent_id"] = "a";
  REQUIRE(ends.client->call_tool("get_governance_metrics", std::move(arguments), Ends::soon()));
  const json::value request = json::parse(ends.heard());
  const auto& params = request.at("params").as_object();
  CHECK(params.at("name").as_string() == "get_governance_metrics");
  CHECK(params.at("arguments").at("agent_id").as_string() == "a");
  CHECK(params.at("_meta").at("io.modelcontextprotocol/protocolVersion").as_string() == "2026-07-28");
  CHECK(params.at("_meta").at("io.modelcontextprotocol/clientCapabilities").as_object().empty());
}

TEST_CASE("lines survive being sent in pieces, and the end is told apart from silence") {
  Ends ends;
  std::thread writer([&] {
    for (const char c : std::string_view("{\"a\":1}\r\nx\n")) ends.say(std::string(1, c));
  });
  CHECK(ends.client->receive_line(Ends::soon()).value() == "{\"a\":1}");
  CHECK(ends.client->receive_line(Ends::soon()).value() == "x");
  writer.join();
  CHECK(ends.client->receive_line(Deadline::after(milliseconds(10))).error().code == Errc::deadline_exceeded);
  ends.server.reset();
  CHECK(ends.client->receive_line(Ends::soon()).error().code == Errc::closed);
  CHECK(ends.client->send_line("x").error().code == Errc::closed);
}

TEST_CASE("an answer that is not JSON is a protocol error") {
  Ends ends;
  ends.say("HTTP/1.1 400 Bad Request\n");
  CHECK(ends.client->call("x", {}, Ends::soon()).error().code == Errc::protocol_error);
}
