// Nothing is seen before it is durable, and what need not wait does not.
#include <string>
#include <thread>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon::test;

namespace {

/// A commit of one change right after another one runs on the I/O thread; after one of two changes it does
/// not. This makes the next commit go to the store's thread.
void commit_two_at_once(DaemonFixture& daemon) {
  TestClient client(daemon.socket());
  client.hello("fff");
  client.send_update(1, "warm");
  client.send_update(2, "warm");
  client.result(1);
  client.result(2);
}

std::int64_t updates_in(const boost::json::object& metrics) {
  return metrics.at("update").as_int64();
}

}  // namespace

TEST_CASE("while the store is held before a commit, what depends on it waits and nothing else does") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient alice(daemon.socket());
  TestClient bob(daemon.socket());
  alice.hello("a");
  bob.hello("b");
  bob.update(1, "other");
  alice.update(1, "mine");
  commit_two_at_once(daemon);

  const std::int64_t sequence = bob.health().at("sequence").as_int64();
  daemon.gate().hold_commits();
  alice.send_tool(2, "register_agent", R"({"agent_id":"mine"})");
  REQUIRE(daemon.gate().wait_for_held_commit());
  alice.send_update(3, "mine");
  REQUIRE(sequence_reaches(daemon.socket(), sequence + 2));

  bob.send_tool(2, "get_governance_metrics", R"({"agent_id":"mine"})");
  bob.send_tool(3, "get_system_history", R"({"agent_id":"mine"})");
  bob.send_tool(4, "list_agents", "{}");
  bob.send_tool(5, "simulate_update", R"({"agent_id":"mine"})");
  bob.send_update(6, "mine");
  bob.send_tool(7, "get_governance_metrics", R"({"agent_id":"other"})");
  bob.send_tool(8, "get_system_history", R"({"agent_id":"other"})");
  bob.send_tool(9, "simulate_update", R"({"agent_id":"other"})");
  CHECK(daemon.gate().commits() >= 3);
  // The store's one thread is held, so what must read the disk waits for it; what is in memory does not.
  CHECK(bob.next_number() == 7);
  CHECK(bob.next_number() == 9);
  CHECK(updates_in(bob.result(7)) == 1);
  bob.send_tool(11, "health_check", "{}");
  CHECK(bob.next_number() == 11);
  CHECK(bob.result(11).at("pending").as_int64() >= 1);
  bob.send_tool(12, "get_governance_metrics", R"({"agent_id":"nobody"})");
  CHECK(daemon.stored("SELECT shared FROM agent WHERE id = 'mine'") == 1);
  CHECK(daemon.stored(
            "SELECT count(*) FROM history WHERE agent = (SELECT key FROM agent WHERE id = 'mine')") == 1);

  daemon.gate().release_commits();
  CHECK(alice.result(2).at("agent_id").as_string() == "mine");
  CHECK(alice.result(3).at("update").as_int64() == 2);
  CHECK(updates_in(bob.result(2)) == 2);
  CHECK(bob.result(3).at("total").as_int64() == 2);
  CHECK(bob.result(4).at("agents").as_array().size() == 3);
  CHECK(bob.error(5).at("code").as_string() == "not_owner");
  CHECK(bob.error(6).at("code").as_string() == "not_owner");
  CHECK(bob.result(8).at("total").as_int64() == 1);
  CHECK(bob.error(12).at("code").as_string() == "not_found");
}

TEST_CASE("what changed while a call read the store is not shown before it is durable") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient alice(daemon.socket());
  TestClient bob(daemon.socket());
  alice.hello("a");
  bob.hello("b");
  alice.update(1, "other");
  alice.update(2, "mine");
  commit_two_at_once(daemon);
  const std::int64_t sequence = alice.health().at("sequence").as_int64();
  daemon.gate().hold_loads();
  alice.send_tool(3, "get_agent_metadata", R"({"agent_id":"mine"})");
  REQUIRE(daemon.gate().wait_for_held_load());
  daemon.gate().hold_commits();
  bob.send_update(1, "mine");
  REQUIRE(sequence_reaches(daemon.socket(), sequence + 1));
  daemon.gate().release_loads();
  REQUIRE(daemon.gate().wait_for_held_commit());  // so the call has read, and its answer is made
  alice.send_tool(4, "get_governance_metrics", R"({"agent_id":"other"})");
  CHECK(alice.next_number() == 4);
  daemon.gate().release_commits();
  CHECK(alice.result(3).at("updates").as_int64() == 2);
}

TEST_CASE("a refusal that shows a registration waits until the registration is durable, and falls with it") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient alice(daemon.socket());
  TestClient bob(daemon.socket());
  alice.hello("a");
  bob.hello("b");
  alice.update(1, "mine");
  commit_two_at_once(daemon);
  daemon.gate().hold_commits();
  alice.send_tool(2, "register_agent", R"({"agent_id":"mine"})");
  REQUIRE(daemon.gate().wait_for_held_commit());
  bob.send_update(1, "mine");
  bob.send_tool(2, "get_governance_metrics", R"({"agent_id":"warm"})");
  CHECK(bob.next_number() == 2);  // the refusal is there and waits
  daemon.gate().fail_commits(1);
  daemon.gate().release_commits();
  CHECK(alice.error(2).at("code").as_string() == "storage_unavailable");
  CHECK(bob.error(1).at("code").as_string() == "storage_unavailable");  // not: not_owner
  CHECK(bob.update(3, "mine") == 2);
}

TEST_CASE("changes that come while a commit is written go into the next one together") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<TestClient>(daemon.socket()));
    clients.back()->hello("c" + std::to_string(i));
    clients.back()->update(1, "agent-" + std::to_string(i));
  }
  commit_two_at_once(daemon);
  daemon.gate().hold_commits();
  clients[0]->send_update(2, "agent-0");
  REQUIRE(daemon.gate().wait_for_held_commit());
  const auto sequence = TestClient(daemon.socket()).health().at("sequence").as_int64();
  const int commits = daemon.gate().commits();
  for (std::uint64_t line = 3; line < 13; ++line) {
    for (int i = 0; i < 8; ++i)
      clients[static_cast<std::size_t>(i)]->send_update(line, "agent-" + std::to_string(i));
  }
  REQUIRE(sequence_reaches(daemon.socket(), sequence + 80));
  daemon.gate().release_commits();
  for (std::uint64_t line = 3; line < 13; ++line) {
    for (auto& client : clients) client->result(line);
  }
  CHECK(daemon.gate().commits() == commits + 2);  // the one that was held, and one for all the rest
  CHECK(daemon.stored("SELECT count(*) FROM history") == 8 + 2 + 81);
}

TEST_CASE("a commit on the I/O thread that hangs keeps neither health nor other clients from going on") {
  DaemonFixture daemon({1});
  TestClient alice(daemon.socket());  // alone on purpose: only then do commits run on the I/O thread
  alice.hello("a");
  // Agents are always read by the store's thread.
  daemon.gate().hold_loads();
  alice.send_update(1, "mine");
  REQUIRE(daemon.gate().wait_for_held_load());
  const std::thread::id store_thread = daemon.gate().held_thread();
  daemon.gate().release_loads();
  CHECK(alice.result(1).at("update").as_int64() == 1);
  alice.update(2, "mine");
  // One of those that serve the socket. On a busy machine that may be the spare one, whose work this is too;
  // and the store's thread may still be at something else, so that it gets the commit as well.
  std::uint64_t line = 3;
  for (;; ++line) {
    daemon.gate().hold_commits();
    alice.send_update(line, "mine");
    REQUIRE(daemon.gate().wait_for_held_commit());
    if (daemon.gate().held_thread() != store_thread) break;
    REQUIRE(line < 50);
    daemon.gate().release_commits();
    alice.result(line);
  }
  TestClient late(daemon.socket());
  for (int i = 0; i < 20; ++i) CHECK(late.health().at("pending").as_int64() == 1);
  late.hello("b");
  late.send_update(1, "other");
  late.send_tool(2, "get_governance_metrics", R"({"agent_id":"nobody-knows"})");
  alice.send_update(line + 1, "mine");
  // Read and taken on while the disk hangs.
  REQUIRE(sequence_reaches(daemon.socket(), static_cast<std::int64_t>(line) + 3));
  daemon.gate().release_commits();
  CHECK(alice.result(line).at("update") == line);
  CHECK(alice.result(line + 1).at("update") == line + 1);
  CHECK(late.result(1).at("update").as_int64() == 1);
  CHECK(late.error(2).at("code").as_string() == "not_found");
}

TEST_CASE("a daemon that is asked to stop answers what it has read when it is durable") {
  const int io_threads = GENERATE(1, 4);
  DaemonFixture daemon({io_threads});
  TestClient alice(daemon.socket());
  alice.hello("a");
  alice.update(1, "mine");
  commit_two_at_once(daemon);
  const std::int64_t sequence = alice.health().at("sequence").as_int64();
  daemon.gate().hold_commits();
  alice.send_update(2, "mine");
  REQUIRE(daemon.gate().wait_for_held_commit());
  alice.send_tool(4, "get_governance_metrics", R"({"agent_id":"mine"})");
  alice.send_update(5, "mine");
  REQUIRE(sequence_reaches(daemon.socket(), sequence + 2));
  daemon.begin_stop();
  daemon.gate().release_commits();
  CHECK(alice.result(2).at("update").as_int64() == 2);
  CHECK(updates_in(alice.result(4)) == 2);
  CHECK(alice.result(5).at("update").as_int64() == 3);
  while (alice.next_line()) {
  }
  CHECK(daemon.ends_within(std::chrono::seconds(10)));
  daemon.restart();
  CHECK(daemon.stored(
            "SELECT max(number) FROM history WHERE agent = (SELECT key FROM agent WHERE id = 'mine')") == 3);
}

TEST_CASE("a judgement by new thresholds waits until the thresholds are durable, and falls with them") {
  DaemonFixture daemon({GENERATE(1, 4)});
  TestClient alice(daemon.socket());
  TestClient bob(daemon.socket());
  alice.hello("a", "person");
  bob.hello("b");
  bob.update(1, "other");
  commit_two_at_once(daemon);
  daemon.gate().hold_commits();
  alice.send_tool(1, "set_thresholds", R"({"profile":"strict"})");
  REQUIRE(daemon.gate().wait_for_held_commit());
  bob.send_tool(2, "get_governance_metrics", R"({"agent_id":"other"})");
  bob.send_tool(3, "simulate_update", R"({"agent_id":"other"})");
  bob.send_tool(5, "health_check", "{}");
  CHECK(bob.next_number() == 5);
  daemon.gate().fail_commits(1);
  daemon.gate().release_commits();
  CHECK(alice.error(1).at("code").as_string() == "storage_unavailable");
  for (const std::uint64_t line : {2, 3})
    CHECK(bob.error(line).at("code").as_string() == "storage_unavailable");
}
