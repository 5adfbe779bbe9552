// Resources through the socket: they show what the tools show, as soon as it is durable and not before.
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/resource_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon::test;
using Era = ResourceClient::Era;
namespace json = boost::json;

namespace {

std::string complete_params(std::string_view value) {
  return R"("ref":{"type":"ref/resource","uri":"governor://agents/{id}"},"argument":{"name":"id","value":")" +
         std::string(value) + "\"}";
}

std::vector<std::string> texts(const json::value& array) {
  std::vector<std::string> out;
  for (const auto& one : array.as_array()) out.emplace_back(one.as_string());
  return out;
}

}  // namespace

TEST_CASE("a resource shows what the tool of the same name shows, in both eras") {
  DaemonFixture daemon;
  TestClient bob(daemon.socket());
  bob.hello("b", "person");
  for (std::uint64_t line = 1; line <= 3; ++line) bob.update(line, "ada");
  bob.update(4, "eve");
  bob.call(5, "set_thresholds", R"({"profile":"strict"})");
  const auto agents = bob.call(6, "list_agents", R"({"limit":500})");
  const auto metrics = bob.call(7, "get_governance_metrics", R"({"agent_id":"ada","detail":"full"})");
  const auto history = bob.call(8, "get_system_history", R"({"agent_id":"ada"})");
  const auto thresholds = bob.call(9, "get_thresholds", "{}");
  const auto alerts = bob.call(10, "list_alerts", "{}");
  const Era era = GENERATE(Era::legacy, Era::modern);
  ResourceClient client(daemon.socket(), era, "c");
  CHECK(client.read("governor://agents") == agents);
  CHECK(client.read("governor://agents/ada") == metrics);
  CHECK(client.read("governor://agents/ada/history") == history);
  CHECK(client.read("governor://agents/eve/history").at("total").as_int64() == 1);
  CHECK(client.read("governor://thresholds") == thresholds);
  CHECK(client.read("governor://alerts") == alerts);
}

TEST_CASE("an agent that does not exist is not found, with the code of the era") {
  DaemonFixture daemon;
  const Era era = GENERATE(Era::legacy, Era::modern);
  ResourceClient client(daemon.socket(), era, "c");
  for (const char* uri : {"governor://agents/nobody", "governor://agents/nobody/history"}) {
    const auto error = client.read_error(uri);
    CHECK(error.at("code").as_int64() == (era == Era::legacy ? -32002 : -32602));
    CHECK(error.at("data").at("uri").as_string() == uri);
  }
}

TEST_CASE("a resource means the same agent for every session, also under an id that many use") {
  DaemonFixture daemon;
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.send_update(1, "test");
  const std::string id(bob.result(1).at("agent_id").as_string());  // one of its own
  REQUIRE(id != "test");
  ResourceClient same(daemon.socket(), Era::modern, "c");
  const auto own = same.ask("tools/call", R"("name":"process_agent_update","arguments":{"agent_id":"test"})");
  CHECK(own.at("result").at("structuredContent").at("agent_id").as_string() != id);
  CHECK(same.read("governor://agents/" + id).at("agent_id").as_string() == id);
  CHECK(same.read_error("governor://agents/test").at("code").as_int64() == -32602);
}

TEST_CASE("a resource waits until what it shows is durable") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient bob(daemon.socket());
  bob.hello("b");
  bob.update(1, "ada");
  bob.update(2, "eve");
  ResourceClient client(daemon.socket(), Era::modern, "c");
  const auto sequence = bob.health().at("sequence").as_int64();
  daemon.gate().hold_commits();
  bob.send_update(3, "ada");
  REQUIRE(daemon.gate().wait_for_held_commit());
  REQUIRE(sequence_reaches(daemon.socket(), sequence + 1));
  const auto agent = client.send("resources/read", R"("uri":"governor://agents/ada")");
  const auto history = client.send("resources/read", R"("uri":"governor://agents/ada/history")");
  const auto other = client.send("resources/read", R"("uri":"governor://agents/eve")");
  CHECK(client.client().next_number() == other);  // the others wait
  daemon.gate().release_commits();
  const auto text = [&](std::uint64_t line) {
    return json::parse(client.answer(line).at("result").at("contents").at(0).at("text").as_string());
  };
  CHECK(text(agent).at("metrics").at("updates").as_int64() == 2);
  CHECK(text(history).at("total").as_int64() == 2);
}

TEST_CASE("a resource that cannot be read says that it is the storage") {
  DaemonFixture daemon;
  ResourceClient client(daemon.socket(), Era::legacy, "c");
  daemon.gate().fail_reads(true);
  CHECK(client.read_error("governor://agents").at("code").as_int64() == -31003);
  CHECK(client.read_error("governor://agents/ada").at("code").as_int64() == -31003);
  daemon.gate().fail_reads(false);
  CHECK(client.read("governor://agents").at("count").as_int64() == 0);
}

TEST_CASE("ids are completed from their beginning, a hundred at most") {
  DaemonFixture daemon;
  TestClient bob(daemon.socket());
  bob.hello("b");
  std::uint64_t line = 0;
  for (const char* id : {"ad", "ada", "ada.2", "adb", "Ada", "b"}) bob.update(++line, id);
  const Era era = GENERATE(Era::legacy, Era::modern);
  ResourceClient client(daemon.socket(), era, "c");
  const auto complete = [&](std::string_view value) {
    const auto reply = client.ask("completion/complete", complete_params(value));
    return reply.at("result").at("completion").as_object();
  };
  CHECK(texts(complete("ada").at("values")) == std::vector<std::string>{"ada", "ada.2"});
  CHECK(complete("ada").at("total").as_int64() == 2);
  CHECK_FALSE(complete("ada").at("hasMore").as_bool());
  CHECK(texts(complete("").at("values")) ==
        std::vector<std::string>{"Ada", "ad", "ada", "ada.2", "adb", "b"});
  CHECK(complete("x").at("values").as_array().empty());
  CHECK(complete("a/").at("values").as_array().empty());
  CHECK(complete(std::string(500, 'a')).at("values").as_array().empty());

  for (int i = 0; i < 101; ++i) bob.send_update(++line, "many-" + std::to_string(1000 + i));
  bob.result(line);
  CHECK(complete("many-").at("values").as_array().size() == 100);
  CHECK(complete("many-").at("values").at(0).as_string() == "many-1000");
  CHECK(complete("many-").at("hasMore").as_bool());
  CHECK_FALSE(complete("many-").contains("total"));
  CHECK(complete("many-10").at("values").as_array().size() == 100);
  CHECK_FALSE(complete("many-10").at("hasMore").as_bool());
}
