// Prompts through the socket: they show what the tools show, as soon as it is durable.
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/resource_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon::test;
using Era = ResourceClient::Era;
namespace json = boost::json;

namespace {

std::string prompt_text(ResourceClient& client, std::string_view params) {
  const auto reply = client.ask("prompts/get", params);
  INFO(json::serialize(reply));
  REQUIRE(reply.contains("result"));
  return std::string(reply.at("result").at("messages").at(0).at("content").at("text").as_string());
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("prompts are made of what governor knows, in both eras") {
  DaemonFixture daemon;
  TestClient bob(daemon.socket());
  bob.hello("b", "person");
  for (std::uint64_t line = 1; line <= 3; ++line) bob.update(line, "ada");
  bob.call(4, "define_task", R"({"task_id":"lexer","title":"Write the lexer"})");
  bob.call(5, "pause_agent", R"({"agent_id":"ada","reason":"lunch"})");
  const Era era = GENERATE(Era::legacy, Era::modern);
  ResourceClient client(daemon.socket(), era, "c");

  CHECK(has(prompt_text(client, R"("name":"fleet_status")"), "## Who may write which files"));
  const std::string left = prompt_text(client, R"("name":"take_over")");
  CHECK(has(left, "Write the lexer"));
  CHECK(has(left, R"("agent_id":"ada")"));
  const std::string of_ada = prompt_text(client, R"("name":"take_over","arguments":{"agent_id":"ada"})");
  CHECK(has(of_ada, "## Its newest updates"));
  CHECK(has(of_ada, "lunch"));
  CHECK_FALSE(has(of_ada, "Write the lexer"));
  CHECK(has(prompt_text(client, R"("name":"standup")"), "lunch"));
  CHECK_FALSE(
      has(prompt_text(client, R"("name":"standup","arguments":{"since":"2099-01-01T00:00:00Z"})"), "lunch"));

  const auto unknown = client.ask("prompts/get", R"("name":"take_over","arguments":{"agent_id":"nobody"})");
  CHECK(unknown.at("error").at("code") == -32602);
  CHECK(unknown.at("error").at("data").at("code") == "invalid_argument");
}
