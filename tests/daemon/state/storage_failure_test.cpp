// A commit that fails: clear errors, memory as the store, and no restart.
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon::test;

namespace {

struct StorageFailureFixture {
  explicit StorageFailureFixture(int io_threads)
      : daemon({io_threads}), alice(daemon.socket()), bob(daemon.socket()) {
    alice.hello("a");
    bob.hello("b");
    // Two at once, so that the next commit goes to the store's thread and not to the I/O thread.
    alice.send_tool(1, "register_agent", R"({"agent_id":"mine"})");
    alice.send_update(2, "mine");
    alice.result(1);
    CHECK(alice.result(2).at("update").as_int64() == 1);
  }

  DaemonFixture daemon;
  TestClient alice;
  TestClient bob;
};

std::string failure_code(const boost::json::object& error) {
  return std::string(error.at("code").as_string());
}

std::int64_t updates(TestClient& client, std::uint64_t line, std::string_view agent) {
  return client
      .call(line, "get_governance_metrics", R"({"agent_id":")" + std::string(agent) + R"(","detail":"full"})")
      .at("metrics")
      .at("updates")
      .as_int64();
}

}  // namespace

TEST_CASE("when a commit fails everybody who waited is told, and memory equals the store again") {
  const int io_threads = GENERATE(1, 4);
  StorageFailureFixture f(io_threads);
  f.daemon.gate().hold_commits();
  f.alice.send_update(3, "mine");
  REQUIRE(f.daemon.gate().wait_for_held_commit());
  const auto sequence = TestClient(f.daemon.socket()).health().at("sequence").as_int64();
  f.alice.send_update(4, "mine");     // gathered behind the commit that will fail
  f.bob.send_update(1, "new-agent");  // must be loaded first, behind the held commit
  f.alice.send_tool(5, "get_governance_metrics", R"({"agent_id":"mine"})");
  f.alice.send_tool(6, "get_system_history", R"({"agent_id":"mine"})");
  REQUIRE(sequence_reaches(f.daemon.socket(), sequence + 1));
  f.alice.health();  // on the same connection: lines 5 and 6 were read before it
  f.daemon.gate().fail_commits(1);
  f.daemon.gate().release_commits();

  CHECK(failure_code(f.alice.error(3)) == "storage_unavailable");
  CHECK(failure_code(f.alice.error(4)) == "storage_unavailable");
  CHECK(failure_code(f.alice.error(5)) == "storage_unavailable");
  CHECK(failure_code(f.alice.error(6)) == "storage_unavailable");
  CHECK(f.bob.result(1).at("update").as_int64() == 1);  // it had not begun: it is simply done afterwards

  CHECK(updates(f.alice, 7, "mine") == 1);
  CHECK(f.alice.update(8, "mine") == 2);
  CHECK(failure_code(f.bob.refused(2, "process_agent_update", R"({"agent_id":"mine"})")) ==
        "not_owner");  // sessions live on
  CHECK(f.alice.call(9, "process_agent_update", "{}").at("agent_id").as_string() == "mine");
  CHECK(health_becomes(f.daemon.socket(), "ok"));
  CHECK(f.daemon.stored("SELECT count(*) FROM history") == 4);
  CHECK(f.daemon.stored("SELECT count(*) FROM session") == 2);
}

TEST_CASE("a line whose commit failed may be sent again under another number or the same") {
  StorageFailureFixture f(1);
  f.daemon.gate().fail_commits(1);
  CHECK(failure_code(f.alice.refused(3, "process_agent_update", R"({"agent_id":"mine"})")) ==
        "storage_unavailable");
  TestClient again(f.daemon.socket());
  CHECK(again.hello("a").at("resumed").as_bool());
  CHECK(again.update(3, "mine") == 2);
  CHECK(again.update(4, "mine") == 3);
}

TEST_CASE(
    "while commits fail health is failing, reads of what is durable go on, and recovery needs no request") {
  const int io_threads = GENERATE(1, 4);
  StorageFailureFixture f(io_threads);
  f.daemon.gate().fail_commits(1'000'000);
  CHECK(failure_code(f.alice.refused(3, "process_agent_update", R"({"agent_id":"mine"})")) ==
        "storage_unavailable");
  CHECK(f.bob.health().at("status").as_string() == "failing");
  CHECK(updates(f.alice, 4, "mine") == 1);
  CHECK(f.bob.call(1, "get_system_history", R"({"agent_id":"mine"})").at("total").as_int64() == 1);
  CHECK(failure_code(f.alice.refused(5, "process_agent_update", R"({"agent_id":"mine"})")) ==
        "storage_unavailable");
  CHECK(failure_code(f.alice.refused(6, "register_agent", R"({"agent_id":"another"})")) ==
        "storage_unavailable");
  CHECK(f.bob.health().at("status").as_string() == "failing");
  const auto health = f.bob.health();
  CHECK(health.at("pending").as_int64() ==
        health.at("sequence").as_int64() - health.at("watermark").as_int64());
  f.daemon.gate().fail_commits(0);
  CHECK(health_becomes(f.daemon.socket(), "ok"));  // found out by itself
  CHECK(f.daemon.stored("SELECT count(*) FROM audit WHERE event = 'storage_recovered'") >= 1);
  CHECK(f.daemon.stored("SELECT count(*) FROM agent WHERE id = 'another'") == 0);
  CHECK(f.alice.update(7, "mine") == 2);
}

TEST_CASE("a session that was opened while the disk was full is there when the disk is well again") {
  StorageFailureFixture f(1);
  f.daemon.gate().fail_commits(3);
  TestClient carol(f.daemon.socket());
  CHECK_FALSE(carol.hello("c").at("resumed").as_bool());
  while (f.daemon.gate().failed_commits() < 3) {
    carol.health();  // the daemon tries again by itself, with every failed commit of the session
  }
  CHECK(health_becomes(f.daemon.socket(), "ok"));
  CHECK(carol.update(1, "hers") == 1);
  CHECK(f.daemon.stored("SELECT count(*) FROM session") == 3);
  TestClient again(f.daemon.socket());
  CHECK(again.hello("c").at("resumed").as_bool());
  CHECK(again.update(1, "hers") == 1);  // answered from the slot
}

TEST_CASE("calls that wait for an agent to be loaded survive the failure of a commit and take effect once") {
  const int io_threads = GENERATE(1, 4);
  StorageFailureFixture f(io_threads);
  f.bob.update(1, "his");
  f.bob.send_update(2, "his");
  f.bob.send_update(3, "his");
  f.bob.result(2);
  f.bob.result(3);
  f.daemon.restart();  // nothing is loaded now
  TestClient alice(f.daemon.socket());
  TestClient bob(f.daemon.socket());
  alice.hello("a");
  bob.hello("b");
  CHECK(alice.update(10, "mine") == 2);
  alice.send_update(11, "mine");
  alice.send_update(12, "mine");
  alice.result(11);
  alice.result(12);
  f.daemon.gate().hold_commits();
  alice.send_update(13, "mine");
  REQUIRE(f.daemon.gate().wait_for_held_commit());
  bob.send_update(10, "his");  // its load is queued behind the commit that will fail
  bob.send_update(11, "his");
  bob.send_tool(12, "get_governance_metrics", R"({"agent_id":"his","detail":"full"})");
  bob.health();
  f.daemon.gate().fail_commits(1);
  f.daemon.gate().release_commits();
  CHECK(failure_code(alice.error(13)) == "storage_unavailable");
  CHECK(bob.result(10).at("update").as_int64() == 4);
  CHECK(bob.result(11).at("update").as_int64() == 5);
  CHECK(bob.result(12).at("metrics").at("updates").as_int64() == 5);
  CHECK(f.daemon.stored(
            "SELECT count(*) FROM history WHERE agent = (SELECT key FROM agent WHERE id = 'his')") == 5);
}

TEST_CASE("an agent that cannot be read is an error, until it can") {
  const int io_threads = GENERATE(1, 4);
  StorageFailureFixture f(io_threads);
  f.bob.update(1, "his");
  f.daemon.restart();
  TestClient bob(f.daemon.socket());
  bob.hello("b");
  f.daemon.gate().fail_reads(true);
  bob.send_tool(2, "get_governance_metrics", R"({"agent_id":"his"})");
  bob.send_update(3, "his");
  bob.send_tool(4, "get_system_history", R"({"agent_id":"his"})");
  bob.send_tool(5, "list_agents", "{}");
  for (std::uint64_t line = 2; line <= 5; ++line)
    CHECK(failure_code(bob.error(line)) == "storage_unavailable");
  f.daemon.gate().fail_reads(false);
  CHECK(updates(bob, 6, "his") == 1);
  CHECK(bob.update(7, "his") == 2);
}

TEST_CASE("when the state cannot be read back calls are told so, and all is well once it can") {
  const int io_threads = GENERATE(1, 4);
  StorageFailureFixture f(io_threads);
  f.daemon.gate().fail_seeds(true);
  f.daemon.gate().fail_commits(1);
  CHECK(failure_code(f.alice.refused(3, "process_agent_update", R"({"agent_id":"mine"})")) ==
        "storage_unavailable");
  for (std::uint64_t line = 4; line < 30; ++line) f.alice.send_update(line, "mine");
  f.alice.send_tool(30, "get_governance_metrics", R"({"agent_id":"mine"})");
  for (std::uint64_t line = 4; line <= 30; ++line)
    CHECK(failure_code(f.alice.error(line)) == "storage_unavailable");
  CHECK(f.bob.health().at("status").as_string() == "failing");
  f.daemon.gate().fail_seeds(false);
  CHECK(health_becomes(f.daemon.socket(), "ok"));
  CHECK(f.alice.update(31, "mine") == 2);
  CHECK(failure_code(f.bob.refused(1, "process_agent_update", R"({"agent_id":"mine"})")) == "not_owner");
}

TEST_CASE("a hello is answered also while the state cannot be read back") {
  StorageFailureFixture f(1);
  f.daemon.gate().fail_seeds(true);
  f.daemon.gate().fail_commits(1);
  CHECK(failure_code(f.alice.refused(3, "process_agent_update", R"({"agent_id":"mine"})")) ==
        "storage_unavailable");
  TestClient carol(f.daemon.socket());
  carol.send_hello("c");
  CHECK(carol.next_object().contains("error"));
  TestClient status(f.daemon.socket());
  status.send(R"({"jsonrpc":"2.0","id":1,"method":"governor/status"})");
  CHECK(status.next_object().contains("error"));
  f.daemon.gate().fail_seeds(false);
  CHECK(health_becomes(f.daemon.socket(), "ok"));
  TestClient dave(f.daemon.socket());
  dave.hello("d");
  CHECK(dave.update(1, "his") == 1);
}

TEST_CASE("a line that was answered before is answered again also when a commit fails in between") {
  StorageFailureFixture f(1);
  const std::string first = f.alice.answer(2);
  f.daemon.gate().hold_commits();
  f.alice.send_update(3, "mine");
  REQUIRE(f.daemon.gate().wait_for_held_commit());
  TestClient again(f.daemon.socket());
  again.send_hello("a");
  f.daemon.gate().fail_commits(1);
  f.daemon.gate().release_commits();
  again.next_object();
  again.send_update(2, "mine");
  CHECK(again.answer(2) == first);
  again.send_update(3, "mine");
  CHECK(again.result(3).at("update").as_int64() == 2);
}
