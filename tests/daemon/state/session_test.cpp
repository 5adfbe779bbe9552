// Sessions across connections and restarts: lines apply once, in order, and what is lost is cleared away.
#include <sys/socket.h>

#include <string>

#include "daemon/support/limits.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon::test;

namespace {

/// Asks until there are that many sessions; false when it does not happen in time.
bool sessions_become(DaemonFixture& daemon, std::size_t count) {
  TestClient client(daemon.socket());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    if (client.status().at("session_list").as_array().size() == count) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a line that is sent again is answered as before and not applied twice") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  std::vector<std::string> first;
  {
    TestClient client(daemon.socket());
    CHECK_FALSE(client.hello("a").at("resumed").as_bool());
    for (std::uint64_t line = 1; line <= 5; ++line) {
      client.send_update(line, "x");
      first.push_back(client.answer(line));
    }
  }
  for (const bool restart : {false, true}) {
    if (restart) daemon.restart();
    TestClient client(daemon.socket());
    CHECK(client.hello("a").at("resumed").as_bool());
    client.confirm(3);
    for (std::uint64_t line = 3; line <= 5; ++line) client.send_update(line, "x");
    for (std::uint64_t line = 3; line <= 5; ++line) CHECK(client.answer(line) == first[line - 1]);
  }
  TestClient client(daemon.socket());
  client.hello("a");
  CHECK(client.update(6, "x") == 6);
  CHECK(daemon.stored("SELECT count(*) FROM history") == 6);
}

TEST_CASE("a registration that is sent again keeps its agent and gives a token that works") {
  DaemonFixture daemon;
  std::string id;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    const auto registered = client.call(1, "register_agent", "{}");
    CHECK(registered.at("created").as_bool());
    id = registered.at("agent_id").as_string().c_str();
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a");
  const auto again = client.call(1, "register_agent", "{}");
  CHECK(again.at("created").as_bool());
  CHECK_FALSE(again.at("resumed").as_bool());
  CHECK(again.at("agent_id").as_string() == id);
  CHECK(daemon.stored("SELECT count(*) FROM agent") == 1);
  TestClient other(daemon.socket());
  other.hello("b");
  CHECK(other.refused(1, "process_agent_update", R"({"agent_id":")" + id + "\"}").at("code").as_string() ==
        "not_owner");
  const std::string token = again.at("token").as_string().c_str();
  CHECK(other.call(2, "process_agent_update", R"({"agent_id":")" + id + R"(","token":")" + token + "\"}")
            .at("update")
            .as_int64() == 1);
}

TEST_CASE("a number that is used again for another call is a conflict") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.hello("a");
  client.update(1, "x");
  client.call(2, "register_agent", R"({"agent_id":"y"})");
  TestClient again(daemon.socket());
  again.hello("a");
  CHECK(again.refused(1, "register_agent", R"({"agent_id":"z"})").at("code").as_string() == "conflict");
  CHECK(again.refused(2, "process_agent_update", R"({"agent_id":"x"})").at("code").as_string() == "conflict");
  CHECK(daemon.stored("SELECT count(*) FROM history") == 1);
}

TEST_CASE("a line that is sent again over a newer connection before it is durable is applied once") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient older(daemon.socket());
  older.hello("a");
  older.send_update(1, "x");
  older.send_update(2, "x");
  older.result(1);
  older.result(2);
  daemon.gate().hold_commits();
  older.send_update(3, "x");
  REQUIRE(daemon.gate().wait_for_held_commit());
  TestClient newer(daemon.socket());
  CHECK(newer.hello("a").at("resumed").as_bool());
  CHECK_FALSE(older.next_line());  // the older connection is closed
  newer.send_update(3, "x");
  newer.send_update(4, "x");
  newer.health();
  daemon.gate().release_commits();
  CHECK(newer.result(3).at("update").as_int64() == 3);
  CHECK(newer.result(4).at("update").as_int64() == 4);
  CHECK(daemon.stored("SELECT count(*) FROM history") == 4);
}

TEST_CASE(
    "calls of a superseded connection that have not begun are left to the newer one, and nothing leaks") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient older(daemon.socket());
  older.hello("a");
  daemon.gate().hold_loads();
  older.send_update(1, "x");  // waits for the load; the others wait behind it
  older.send_update(2, "x");
  older.send_update(3, "x");
  REQUIRE(daemon.gate().wait_for_held_load());
  older.health();
  TestClient newer(daemon.socket());
  newer.hello("a");
  CHECK_FALSE(older.next_line());
  daemon.gate().release_loads();
  for (std::uint64_t line = 1; line <= 3; ++line) newer.send_update(line, "x");
  for (std::uint64_t line = 1; line <= 3; ++line) {
    CHECK(newer.result(line).at("update").as_int64() == static_cast<std::int64_t>(line));
  }
  CHECK(daemon.stored("SELECT count(*) FROM history") == 3);
}

TEST_CASE("calls of one connection take effect in the order in which they were sent") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads, 16});
  TestClient client(daemon.socket());
  client.hello("a");
  client.send_tool(1, "register_agent", R"({"agent_id":"mine"})");
  client.send_tool(2, "process_agent_update", R"({"detail":"full"})");  // of the agent that line 1 registers
  std::string last;
  for (std::uint64_t line = 3; line <= 120; ++line) {
    // New agents, loaded ones and evicted ones.
    client.send_tool(line, "process_agent_update",
                     R"({"detail":"full","agent_id":"agent-)" + std::to_string(line * 7 % 40) + "\"}");
  }
  client.send_tool(121, "process_agent_update", R"({"detail":"full"})");
  CHECK(client.result(2).at("agent_id").as_string() == "mine");
  for (std::uint64_t line = 2; line <= 121; ++line) {
    const std::string time(client.result(line).at("timestamp").as_string());
    INFO("line " << line);
    CHECK(last < time);  // the daemon's clock ticks with each call that runs
    last = time;
  }
  CHECK(client.result(121).at("update").as_int64() == 2);
}

TEST_CASE("agents that are evicted under load lose nothing") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads, 16});
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<TestClient>(daemon.socket()));
    clients.back()->hello("c" + std::to_string(i));
  }
  constexpr std::uint64_t kLines = 120;
  for (std::uint64_t line = 1; line <= kLines; ++line) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      clients[i]->send_update(line, "agent-" + std::to_string((line * 13 + i * 5) % 64));
    }
  }
  for (std::uint64_t line = 1; line <= kLines; ++line) {
    for (auto& client : clients) client->result(line);
  }
  CHECK(daemon.stored("SELECT count(*) FROM history") == static_cast<std::int64_t>(4 * kLines));
  CHECK(daemon.stored("SELECT count(*) FROM agent") == 64);
  CHECK(daemon.stored("SELECT count(*) FROM (SELECT agent FROM history GROUP BY agent "
                      "HAVING max(number) <> count(*) OR min(number) <> 1)") == 0);
  CHECK(daemon.gate().loads() > 64);  // some were loaded more than once
  TestClient status(daemon.socket());
  CHECK(status.status().at("agents").at("loaded").as_int64() <= 64);
  status.send_tool(0, "get_governance_metrics", R"({"agent_id":"none"})");
  status.next_object();
}

TEST_CASE("numbers of lines only rise, and need a hello") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  client.send_update(1, "x");
  CHECK(client.next_object().at("error").at("code").as_int64() == -32600);
  client.hello("a");
  CHECK(client.update(5, "x") == 1);
  for (const std::uint64_t number : {5, 4, 1}) {
    client.send_update(number, "x");
    CHECK(client.next_object().at("error").at("code").as_int64() == -32600);
  }
  client.send("6 {\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  CHECK(client.answer(6).empty());
  client.send("0");
  CHECK(client.next_line() == "0");
  client.send("7");
  CHECK(client.next_number() == 7);
  CHECK(client.update(8, "x") == 2);
}

TEST_CASE("a client with 256 unanswered lines is not read further until some are answered, others are") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient client(daemon.socket());
  client.hello("a");
  client.send_update(1, "x");
  client.send_update(2, "x");
  client.result(1);
  client.result(2);
  const auto before = TestClient(daemon.socket()).health().at("sequence").as_int64();
  daemon.gate().hold_commits();
  for (std::uint64_t line = 3; line < 403; ++line) client.send_update(line, "x");
  REQUIRE(sequence_reaches(daemon.socket(), before + 256));
  TestClient other(daemon.socket());
  for (int i = 0; i < 50; ++i) CHECK(other.health().at("sequence").as_int64() == before + 256);
  daemon.gate().release_commits();
  for (std::uint64_t line = 3; line < 403; ++line) {
    CHECK(client.result(line).at("update").as_int64() == static_cast<std::int64_t>(line));
  }
}

TEST_CASE("goodbye ends the session for good, a mere disconnection does not") {
  DaemonFixture daemon;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.call(1, "register_agent", R"({"agent_id":"x"})");
  }
  TestClient other(daemon.socket());
  other.hello("b");
  CHECK(other.refused(1, "process_agent_update", R"({"agent_id":"x"})").at("code").as_string() ==
        "not_owner");
  {
    TestClient again(daemon.socket());
    CHECK(again.hello("a").at("resumed").as_bool());
    again.goodbye();
    again.send("2 {\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    again.answer(2);
    CHECK(sessions_become(daemon, 1));  // though it is still connected
  }
  CHECK(other.update(2, "x") == 1);
  TestClient anew(daemon.socket());
  CHECK_FALSE(anew.hello("a").at("resumed").as_bool());
}

TEST_CASE("sessions whose process is gone are cleared away, with their ownership") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient stays(daemon.socket());
  stays.hello("b");
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.call(1, "register_agent", R"({"agent_id":"x"})");
  }
  CHECK(stays.refused(1, "process_agent_update", R"({"agent_id":"x"})").at("code").as_string() ==
        "not_owner");
  DaemonFixture::processes_gone = true;
  CHECK(sessions_become(daemon, 1));  // a connected session stays, whatever is said of its process
  CHECK(stays.update(2, "x") == 1);
  CHECK(daemon.stored("SELECT count(*) FROM session") == 1);
}

TEST_CASE("sessions whose process is gone are cleared away after a restart too") {
  DaemonFixture daemon;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.update(1, "x");
  }
  CHECK(sessions_become(daemon, 1));
  daemon.restart();
  CHECK(sessions_become(daemon, 1));
  DaemonFixture::processes_gone = true;
  CHECK(sessions_become(daemon, 0));
}

TEST_CASE("a connection without a hello has a session of its own that ends with it") {
  DaemonFixture daemon;
  {
    TestClient plain(daemon.socket());
    plain.send_tool(0, "register_agent", R"({"agent_id":"x"})");
    CHECK_FALSE(plain.next_object().at("result").at("isError").as_bool());
    TestClient other(daemon.socket());
    other.hello("b");
    CHECK(other.refused(1, "process_agent_update", R"({"agent_id":"x"})").at("code").as_string() ==
          "not_owner");
    other.goodbye();
    other.health();
  }
  CHECK(sessions_become(daemon, 0));
}

TEST_CASE("a connection that calls a tool before its hello leaves no session behind") {
  DaemonFixture daemon;
  {
    TestClient client(daemon.socket());
    client.send_tool(0, "register_agent", R"({"agent_id":"x"})");
    client.next_object();
    client.hello("a");
    CHECK(client.update(1, "x") == 1);
    client.goodbye();
    client.health();
  }
  CHECK(sessions_become(daemon, 0));
  CHECK(daemon.stored("SELECT count(*) FROM session") == 0);
}

TEST_CASE("a generic id stands for an agent of the session's own") {
  DaemonFixture daemon;
  TestClient alice(daemon.socket());
  TestClient bob(daemon.socket());
  alice.hello("a");
  bob.hello("b");
  const auto first = alice.call(1, "process_agent_update", R"({"agent_id":"test"})");
  const auto second = bob.call(1, "process_agent_update", R"({"agent_id":"test"})");
  CHECK(first.at("agent_id").as_string() != second.at("agent_id").as_string());
  CHECK(first.at("warnings").as_array().size() == 2);
  const auto third = alice.call(2, "process_agent_update", R"({"agent_id":"test"})");
  CHECK(third.at("agent_id") == first.at("agent_id"));
  CHECK(third.at("update").as_int64() == 2);
  CHECK(third.at("warnings").as_array().size() == 1);
}

TEST_CASE("a session that came back keeps the era that it had agreed on") {
  DaemonFixture daemon;
  {
    TestClient client(daemon.socket());
    client.hello("a");
    client.send(
        R"(1 {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"ide","version":"3"}}})");
    CHECK(client.answer(1).find("2025-03-26") != std::string::npos);
  }
  daemon.restart();
  TestClient client(daemon.socket());
  client.hello("a");
  client.send(
      R"(2 {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"process_agent_update","arguments":{"agent_id":"x"}}})");
  const std::string answer = client.answer(2);
  CHECK(answer.find("\"isError\":false") != std::string::npos);
  CHECK(answer.find("structuredContent") == std::string::npos);  // that revision does not know it
  const auto session = client.status().at("session_list").as_array()[0].as_object();
  CHECK(session.at("client").as_string() == "ide");
  CHECK(session.at("revision").as_string() == "2025-03-26");
}

TEST_CASE("a client that does not read its answers is disconnected, and others do not notice") {
  DaemonFixture daemon;
  TestClient greedy(daemon.socket());
  const std::string ask =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})"
      "\n";
  std::string many;
  for (int i = 0; i < 200; ++i) many += ask;
  bool closed = false;
  for (int i = 0; i < 200 && !closed; ++i) {
    std::size_t sent = 0;
    while (sent < many.size() && !closed) {
      const ssize_t n = ::send(greedy.fd(), many.data() + sent, many.size() - sent, MSG_NOSIGNAL);
      if (n > 0) {
        sent += static_cast<std::size_t>(n);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        const auto room = governor::ipc::wait_writable(
            greedy.fd(), governor::ipc::Deadline::after(std::chrono::seconds(30)));
        REQUIRE(room.has_value());
      } else {
        closed = true;
      }
    }
  }
  CHECK(closed);
  TestClient other(daemon.socket());
  other.hello("b");
  CHECK(other.update(1, "x") == 1);
}

TEST_CASE("open subscriptions of one connection are bounded") {
  DaemonFixture daemon;
  TestClient client(daemon.socket());
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    client.send(
        R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
        R"(,"method":"subscriptions/listen","params":{"notifications":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
    refused += client.next_object().contains("error") ? 1 : 0;
  }
  CHECK(refused == 300 - static_cast<int>(governor::daemon::kMaxSubscriptions));
  client.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  client.send(
      R"({"jsonrpc":"2.0","id":"again","method":"subscriptions/listen","params":{"notifications":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
  CHECK_FALSE(client.next_object().contains("error"));
}
