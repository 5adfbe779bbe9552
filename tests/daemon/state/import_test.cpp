// governor/import over the socket: durable, exactly once, the same again, and without harm to what is there.
#include <fmt/format.h>

#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

/// One agent with rows `first` to `last` of `total`, of which each has figures of its own.
std::string agent_json(const std::string& id, int first, int last, int total) {
  std::string v, decision, time;
  std::string gaps;
  for (int row = first; row <= last; ++row) {
    const char* space = row > first ? " " : "";
    v += fmt::format("{}{}", space, -0.0001 * row);
    decision += fmt::format("{}revise", space);
    time += row == first ? "-" : fmt::format(" {}", 1'000'000 + row);
    gaps += fmt::format("{}{}", space, row == total ? "0.11" : "-");
  }
  const auto constant = [&](const char* value) {
    std::string text;
    for (int row = first; row <= last; ++row) text += fmt::format("{}{}", row > first ? " " : "", value);
    return text;
  };
  return fmt::format(
      R"({{"agent_id":"{}","status":"active","created_us":1000,"tags":["t"],"notes":"n","source":"from a test",)"
      R"("lifecycle_events":[{{"event":"created","timestamp_us":1000,"reason":""}}],)"
      R"("state":{{"updates":{},"integral":"0.25","time":"1.5","void_active":false}},)"
      R"("rows":{{"first":{},"total":{},"E":"{}","I":"{}","S":"{}","V":"{}","coherence":"{}","risk":"{}","lambda1":"{}",)"
      R"("decision":"{}","timestamp_us":"{}"}}}})",
      id, total + 10, first, total, constant("0.7107021968327996"), constant("0.8376326662242746"),
      constant("0.13"), v, constant("0.64"), constant("0.4"), gaps, decision, time);
}

std::string request(const std::string& agents, bool dry_run = false) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":"i","method":"governor/import{}","params":{{"agents":[{}]}}}})",
      dry_run ? "_check" : "", agents);
}

json::object import_agents(TestClient& client, const std::string& agents, bool dry_run = false) {
  client.send(request(agents, dry_run));
  return client.next_object();
}

std::string outcome(TestClient& client, const std::string& agent, bool dry_run = false) {
  const auto answer = import_agents(client, agent, dry_run);
  return std::string(answer.at("result").at("agents").at(0).at("outcome").as_string());
}

json::object history(TestClient& client, std::uint64_t line, const std::string& id) {
  return client.call(line, "get_system_history", R"({"limit":1000,"agent_id":")" + id + "\"}");
}

}  // namespace

TEST_CASE("an imported agent is seen by every tool, before and after a restart") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  json::object rows;
  {
    TestClient client(daemon.socket());
    client.hello("a", "person");
    CHECK(outcome(client, agent_json("ada", 1, 3, 3), true) == "would_import");
    CHECK(daemon.stored("SELECT count(*) FROM agent") == 0);
    CHECK(outcome(client, agent_json("ada", 1, 3, 3)) == "imported");
    CHECK(daemon.stored("SELECT count(*) FROM history") == 3);
    rows = history(client, 1, "ada");
  }
  CHECK(rows.at("total") == 3);
  const json::array& list = rows.at("rows").as_array();
  CHECK(list.at(0).at("update") == 3);
  CHECK(list.at(0).at("E") == 0.7107021968327996);
  CHECK(list.at(0).at("timestamp").as_string() == "1970-01-01T00:00:01.000003Z");
  CHECK(list.at(2).at("timestamp").is_null());
  CHECK(list.at(2).at("lambda1").is_null());
  CHECK(list.at(2).at("phi").is_null());
  CHECK(list.at(2).at("action").as_string() == "revise");
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a", "person");
  CHECK(json::serialize(history(client, 2, "ada")) == json::serialize(rows));
  const auto metrics = client.call(3, "get_governance_metrics", R"({"agent_id":"ada","detail":"full"})");
  CHECK(metrics.at("metrics").at("updates") == 13);
  CHECK(metrics.at("metrics").at("lambda1") == 0.11);
  CHECK(metrics.at("metrics").at("time") == 1.5);
  CHECK(metrics.at("health").at("status").as_string() == "unknown");
  CHECK(metrics.at("health").at("message").as_string() ==
        "Imported; its health is known from the next update on");
  CHECK(client.update(4, "ada") == 4);
  CHECK(daemon.stored("SELECT updates FROM history WHERE number = 4") == 14);
}

TEST_CASE("the state in memory after an import is the one that is read from the store") {
  DaemonFixture daemon;
  std::string in_memory;
  {
    TestClient client(daemon.socket());
    client.hello("a", "person");
    REQUIRE(outcome(client, agent_json("ada", 1, 130, 130)) == "imported");
    client.send_tool(1, "simulate_update", R"({"agent_id":"ada","detail":"full"})");
    in_memory = json::serialize(client.result(1).at("metrics"));
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a", "person");
  CHECK(json::serialize(
            client.call(2, "simulate_update", R"({"agent_id":"ada","detail":"full"})").at("metrics")) ==
        in_memory);
}

TEST_CASE("importing again changes nothing, and another agent of the name is left alone") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.introduce_as("person");
  const std::string ada = agent_json("ada", 1, 700, 700);  // more than one slice of the store
  REQUIRE(outcome(client, ada) == "imported");
  const auto rows = daemon.stored("SELECT count(*) FROM history");
  const auto audit = daemon.stored("SELECT max(key) FROM audit");
  for (const bool restart : {false, true}) {
    if (restart) daemon.restart();
    TestClient again(daemon.socket());
    again.introduce_as("person");
    CHECK(outcome(again, ada, true) == "unchanged");
    if (!restart) CHECK(outcome(client, ada) == "unchanged");
  }
  TestClient other(daemon.socket());
  other.introduce_as("person");
  std::string changed = ada;
  changed.replace(changed.find("-0.0002"), 7, "-0.0003");
  const auto answer = import_agents(other, changed);
  CHECK(answer.at("result").at("agents").at(0).at("outcome").as_string() == "exists");
  CHECK(answer.at("result").at("agents").at(0).at("detail").as_string() ==
        "update 2: V is -0.0002 here, -0.0003 there");
  CHECK(daemon.stored("SELECT count(*) FROM history") == rows);
  CHECK(daemon.stored("SELECT count(*) FROM audit WHERE event = 'agent_imported'") == 1);
  CHECK(daemon.stored("SELECT count(*) FROM audit WHERE event LIKE 'session%' AND key > " +
                      std::to_string(audit)) ==
        daemon.stored("SELECT count(*) FROM audit WHERE key > " + std::to_string(audit)));
}

TEST_CASE("many agents come in one transaction, and one that is wrong costs the others nothing") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.introduce_as("person");
  std::string agents;
  for (int i = 0; i < 100; ++i) agents += agent_json(fmt::format("agent-{}", i), 1, 2, 2) + ",";
  const auto answer =
      import_agents(client, agents + R"({"agent_id":"a b"},)" + agent_json("agent-7", 1, 1, 1) + R"(,5)");
  const json::array& list = answer.at("result").at("agents").as_array();
  REQUIRE(list.size() == 103);
  for (int i = 0; i < 100; ++i) {
    CHECK(list[static_cast<std::size_t>(i)].at("agent_id").as_string() == fmt::format("agent-{}", i));
    CHECK(list[static_cast<std::size_t>(i)].at("outcome").as_string() == "imported");
  }
  CHECK(list[100].at("outcome").as_string() == "refused");
  CHECK(list[100].at("field").as_string() == "agent_id");
  CHECK(list[101].at("detail").as_string().find("twice") != std::string::npos);
  CHECK(list[102].at("outcome").as_string() == "refused");
  CHECK(daemon.stored("SELECT count(*) FROM agent") == 100);
}

TEST_CASE("a numbered import that is sent again is answered as before") {
  DaemonFixture daemon;
  std::string first;
  {
    TestClient client(daemon.socket());
    client.hello("a", "person");
    client.send("1 " + request(agent_json("ada", 1, 2, 2)));
    first = client.answer(1);
    CHECK(first.find("\"imported\"") != std::string::npos);
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a", "person");
  client.send("1 " + request(agent_json("ada", 1, 2, 2)));
  CHECK(client.answer(1) == first);
  CHECK(daemon.stored("SELECT count(*) FROM history") == 2);
}

TEST_CASE("an import is not acknowledged before it is durable") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a", "person");
  client.send_update(1, "warm");
  client.send_update(2, "warm");
  client.result(1);
  client.result(2);
  daemon.gate().hold_commits();
  client.send(request(agent_json("ada", 1, 2, 2)));
  REQUIRE(daemon.gate().wait_for_held_commit());
  client.send("0");
  CHECK(client.next_line() == "0");  // the answer to the import would have come before
  daemon.gate().release_commits();
  CHECK(client.next_object().at("result").at("agents").at(0).at("outcome").as_string() == "imported");
}

TEST_CASE("parts of a long history continue one another, also over a restart") {
  DaemonFixture daemon;
  {
    TestClient client(daemon.socket());
    client.hello("a", "person");
    CHECK(outcome(client, agent_json("ada", 1, 600, 1300)) == "imported");
    CHECK(client.refused(1, "process_agent_update", R"({"agent_id":"ada"})").at("code").as_string() ==
          "conflict");
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("b", "person");
  CHECK(outcome(client, agent_json("ada", 1, 600, 1300)) == "unchanged");
  CHECK(outcome(client, agent_json("ada", 700, 1300, 1300)) == "refused");
  CHECK(outcome(client, agent_json("ada", 601, 1200, 1300)) == "imported");
  CHECK(outcome(client, agent_json("ada", 1201, 1300, 1300)) == "imported");
  CHECK(outcome(client, agent_json("ada", 1201, 1300, 1300)) == "unchanged");
  CHECK(daemon.stored("SELECT count(*) FROM history") == 1300);
  CHECK(client.update(1, "ada") == 1301);
}

TEST_CASE("a request that is not understood is an error that names the field") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.introduce_as("person");
  const auto error = [&](const std::string& params) {
    client.send(R"({"jsonrpc":"2.0","id":1,"method":"governor/import","params":)" + params + "}");
    return client.next_object().at("error").as_object();
  };
  CHECK(error("{}").at("data").at("field").as_string() == "agents");
  CHECK(error("{}").at("code") == -32602);
  CHECK(error(R"({"agents":3})").at("data").at("field").as_string() == "agents");
  CHECK(error(R"({"agents":[],"colour":1})").at("data").at("given").as_string() == "not alone");
}

TEST_CASE("what is wrong with an agent is named by field") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.introduce_as("person");
  const auto field = [&](const std::string& from, const std::string& to) {
    std::string agent = agent_json("ada", 1, 2, 2);
    const std::size_t at = agent.find(from);
    REQUIRE(at != std::string::npos);
    agent.replace(at, from.size(), to);
    const auto answer = import_agents(client, agent);
    const json::object& result = answer.at("result").at("agents").at(0).as_object();
    REQUIRE(result.at("outcome").as_string() == "refused");
    return std::string(result.at("field").as_string());
  };
  CHECK(field(R"("E":"0.7107021968327996 )", R"("E":")") == "rows.E");
  CHECK(field(R"("S":"0.13)", R"("S":"nan)") == "rows.S[0]");
  CHECK(field(R"("S":"0.13)", R"("S":"1e999)") == "rows.S[0]");
  CHECK(field(R"("S":"0.13)", R"("S":"0.13 0.13)") == "rows.S[2]");
  CHECK(field(R"("decision":"revise)", R"("decision":"maybe)") == "rows.decision[0]");
  CHECK(field(R"("timestamp_us":"-)", R"("timestamp_us":"soon)") == "rows.timestamp_us[0]");
  CHECK(field(R"("time":"1.5")", R"("time":"late")") == "state.time");
  CHECK(field(R"("status":"active")", R"("status":"asleep")") == "status");
  CHECK(field(R"("tags":["t"])", R"("tags":"t")") == "tags");
  CHECK(field(R"("notes":"n")", R"("api_key":"n")") == "api_key");
  CHECK(field(R"("event":"created")", R"("event":7)") == "event");
  CHECK(daemon.stored("SELECT count(*) FROM agent") == 0);
}

TEST_CASE("while the disk fails an import is refused with the reason, and can be made again") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.introduce_as("person");
  daemon.gate().fail_commits(1000);
  client.send(request(agent_json("ada", 1, 2, 2)));
  const auto refused = client.next_object();
  CHECK(refused.at("error").at("data").at("code").as_string() == "storage_unavailable");
  CHECK(refused.at("error").at("code") == -31003);
  daemon.gate().fail_commits(0);
  REQUIRE(health_becomes(daemon.socket(), "ok"));
  CHECK(outcome(client, agent_json("ada", 1, 2, 2)) == "imported");
}
