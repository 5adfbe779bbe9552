// diagnose_concurrency and cleanup_stale_locks on a whole daemon.
#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"

using namespace governor::daemon::test;
using governor::tests::ForkedChild;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// The tools of diagnosis are not in the default profile.
void hello_with_all_tools(TestClient& client, char digit) {
  client.send(
      R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":1,"build":"t","session":")" +
      std::string(32, digit) + R"(","pid":1,"cwd":"/","client":"doctor","tools":"full"}})");
  REQUIRE(client.next_object().contains("result"));
}

struct ConcurrencyFixture {
  DaemonFixture daemon;
  TestClient alice{daemon.socket()};
  TestClient doctor{daemon.socket()};
  std::uint64_t line = 0;

  ConcurrencyFixture() {
    alice.hello("a");
    hello_with_all_tools(doctor, 'd');
    alice.call(1, "register_agent", R"({"agent_id":"mine"})");
  }

  json::object diagnose(const std::string& arguments = "{}") {
    return doctor.call(++line, "diagnose_concurrency", arguments);
  }
};

/// The calls that wait for this.
std::vector<json::object> waiting_for(const json::object& report, std::string_view what) {
  std::vector<json::object> found;
  for (const json::value& call : report.at("waiting").as_array()) {
    if (call.at("waits_for").as_string() == what) found.push_back(call.as_object());
  }
  return found;
}

std::string text(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

/// Asks until the condition holds: another client's lines are read when the daemon comes to it.
template <class Condition>
json::object diagnose_until(ConcurrencyFixture& f, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    json::object report = f.diagnose();
    if (condition(report) || std::chrono::steady_clock::now() > deadline) return report;
  }
}

}  // namespace

TEST_CASE("without work nobody waits") {
  ConcurrencyFixture f;
  const auto report = f.diagnose();
  CHECK(report.at("waiting").as_array().empty());
  CHECK(report.at("queues").at("calls").as_int64() == 0);
  CHECK(report.at("conflicts").as_array().empty());
  CHECK(report.at("conflicts_last_hour").as_int64() == 0);
  CHECK_FALSE(report.contains("legacy_locks"));
}

TEST_CASE("a call whose agent is loaded waits for that, and the next one of its connection for it") {
  ConcurrencyFixture f;
  f.alice.update(2, "mine");
  f.daemon.restart();  // nothing is loaded now
  TestClient bob(f.daemon.socket());
  bob.hello("b");
  TestClient doctor(f.daemon.socket());
  hello_with_all_tools(doctor, 'e');
  f.daemon.gate().hold_loads();
  bob.send_tool(1, "get_governance_metrics", R"({"agent_id":"mine"})");
  bob.send_tool(2, "get_system_history", R"({"agent_id":"mine"})");
  REQUIRE(f.daemon.gate().wait_for_held_load());
  json::object report;
  do {
    report = doctor.call(++f.line, "diagnose_concurrency", "{}");
  } while (waiting_for(report, "another_call").empty());
  const auto loading = waiting_for(report, "agent");
  REQUIRE(loading.size() == 1);
  CHECK(text(loading[0], "tool") == "get_governance_metrics");
  CHECK(text(loading[0], "agent_id") == "mine");
  CHECK(text(loading[0], "client") == "client-b");
  CHECK(loading[0].at("waited_ms").as_double() >= 0);
  const auto behind = waiting_for(report, "another_call");
  REQUIRE(behind.size() == 1);
  CHECK(text(behind[0], "tool") == "get_system_history");
  CHECK(text(behind[0], "behind") == "get_governance_metrics");
  CHECK(report.at("queues").at("calls").as_int64() == 2);
  CHECK(report.at("queues").at("agents_loading").as_int64() == 1);
  CHECK(report.at("queues").at("store_jobs").as_int64() >= 1);
  f.daemon.gate().release_loads();
  bob.result(1);
  bob.result(2);
  report = doctor.call(++f.line, "diagnose_concurrency", "{}");
  CHECK(report.at("waiting").as_array().empty());
  CHECK(report.at("waits").at("agent").at("count").as_int64() == 1);
  CHECK(report.at("waits").at("another_call").at("count").as_int64() == 1);
  CHECK(report.at("waits").at("agent").at("max_ms").to_number<double>() > 0);
}

TEST_CASE("an answer that waits for the disk is seen, with its agent and its client") {
  ConcurrencyFixture f;
  f.alice.update(2, "mine");
  TestClient bob(f.daemon.socket());
  bob.hello("b");
  f.diagnose();
  f.daemon.gate().hold_commits();
  f.alice.send_update(3, "mine");
  REQUIRE(f.daemon.gate().wait_for_held_commit());
  bob.send_tool(1, "get_governance_metrics", R"({"agent_id":"mine"})");
  const auto report =
      diagnose_until(f, [](const json::object& seen) { return waiting_for(seen, "disk").size() == 2; });
  const auto held = waiting_for(report, "disk");
  REQUIRE(held.size() == 2);
  CHECK(text(held[0], "tool") == "process_agent_update");  // waits longest
  CHECK(text(held[0], "agent_id") == "mine");
  CHECK(text(held[0], "client") == "client-a");
  CHECK(text(held[1], "tool") == "get_governance_metrics");
  CHECK(text(held[1], "client") == "client-b");
  CHECK(report.at("queues").at("changes_not_durable").as_int64() >= 1);
  f.daemon.gate().release_commits();
  f.alice.result(3);
  bob.result(1);
  CHECK(f.diagnose().at("waiting").as_array().empty());
}

TEST_CASE("refusals are counted by agent, with who holds it") {
  ConcurrencyFixture f;
  TestClient bob(f.daemon.socket());
  bob.hello("b");
  for (std::uint64_t line = 1; line <= 3; ++line) {
    bob.refused(line, "process_agent_update", R"({"agent_id":"mine"})");
  }
  bob.refused(4, "process_agent_update", R"({"agent_id":"mine","complexity":7})");  // no conflict
  const auto report = f.diagnose();
  CHECK(report.at("conflicts_last_hour").as_int64() == 3);
  REQUIRE(report.at("conflicts").as_array().size() == 1);
  const json::object conflict = report.at("conflicts").as_array()[0].as_object();
  CHECK(text(conflict, "code") == "not_owner");
  CHECK(text(conflict, "agent_id") == "mine");
  CHECK(conflict.at("holder").at("client").as_string() == "client-a");
  CHECK(conflict.at("count").as_int64() == 3);
}

TEST_CASE("the slowest operations are named with their agent") {
  ConcurrencyFixture f;
  f.alice.update(2, "mine");
  const auto report = f.diagnose();
  const json::array& slowest = report.at("slowest").as_array();
  REQUIRE_FALSE(slowest.empty());
  bool seen = false;
  double before = 1e9;
  for (const json::value& operation : slowest) {
    const double took = operation.at("duration_ms").to_number<double>();
    CHECK(took <= before);
    before = took;
    if (operation.at("tool").as_string() != "process_agent_update") continue;
    seen = true;
    CHECK(operation.at("agent_id").as_string() == "mine");
    CHECK(took > 0);
  }
  CHECK(seen);
}

TEST_CASE("lock files left behind are shown, removed only on demand, and audited") {
  ConcurrencyFixture f;
  const TemporaryDirectory elsewhere;
  ForkedChild gone([] { return 0; });
  const pid_t pid = gone.pid();
  gone.wait();
  const ForkedChild owner([] { return ::pause(); });
  write_file(elsewhere.file("dead.lock"), R"({"pid":)" + std::to_string(pid) + R"(,"agent_id":"ada"})");
  write_file(elsewhere.file("live.lock"), std::to_string(owner.pid()));
  const std::string there = R"({"directory":")" + elsewhere.path() + "\"}";
  const json::object found = f.diagnose(there).at("legacy_locks").as_object();
  CHECK(found.at("dead").as_int64() == 1);
  CHECK(found.at("alive").as_int64() == 1);
  CHECK(found.at("complete").as_bool());
  const json::object dead = found.at("locks").as_array()[0].as_object();
  CHECK(text(dead, "path") == elsewhere.file("dead.lock"));
  CHECK(text(dead, "holder") == "ada");
  CHECK(dead.at("pid").as_int64() == pid);

  const json::object tried = f.doctor.call(++f.line, "cleanup_stale_locks", there);
  CHECK(tried.at("dry_run").as_bool());
  CHECK(tried.at("removed").as_int64() == 0);
  CHECK(fs::exists(elsewhere.file("dead.lock")));

  const std::string for_good = R"({"dry_run":false,"directory":")" + elsewhere.path() + "\"}";
  const json::object done = f.doctor.call(++f.line, "cleanup_stale_locks", for_good);
  CHECK(done.at("removed").as_int64() == 1);
  CHECK_FALSE(fs::exists(elsewhere.file("dead.lock")));
  CHECK(fs::exists(elsewhere.file("live.lock")));
  CHECK(f.daemon.stored("SELECT count(*) FROM audit WHERE event = 'stale_lock_removed'") == 1);
  f.doctor.call(++f.line, "cleanup_stale_locks", for_good);
  CHECK(f.daemon.stored("SELECT count(*) FROM audit WHERE event = 'stale_lock_removed'") == 1);
}

TEST_CASE("a directory that cannot be looked through is refused with what is accepted") {
  ConcurrencyFixture f;
  for (const char* arguments :
       {R"({"directory":"relative"})", R"({"directory":"/does/not/exist"})", R"({"directory":7})"}) {
    INFO(arguments);
    const auto error = f.doctor.refused(++f.line, "diagnose_concurrency", arguments);
    CHECK(text(error, "code") == "invalid_argument");
    CHECK(text(error, "field") == "directory");
  }
  CHECK(text(f.doctor.refused(++f.line, "cleanup_stale_locks", "{}"), "field") == "directory");
}
