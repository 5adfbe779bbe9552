// A daemon whose database is taken away while it runs, or cannot be written: what it confirms, and what can
// be read.
#include <filesystem>
#include <string>

#include "daemon/store/open_store.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

namespace fs = std::filesystem;

DaemonFixture::Settings looking_often(int io_threads = 1) {
  DaemonFixture::Settings settings;
  settings.io_threads = io_threads;
  settings.files_interval = std::chrono::milliseconds(10);
  return settings;
}

std::int64_t updates_of(TestClient& client, std::uint64_t line, const std::string& agent) {
  return client.call(line, "get_governance_metrics", R"({"agent_id":")" + agent + R"(","detail":"full"})")
      .at("metrics")
      .at("updates")
      .as_int64();
}

/// The reason is found out after the failure, which is told at once.
bool gives_reason(TestClient& client, const std::string& reason) {
  constexpr int kLooks = 20'000;
  for (int look = 0; look < kLooks; ++look) {
    if (boost::json::serialize(client.health().at("reasons")).find(reason) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE(
    "while the database is elsewhere nothing is confirmed, what was confirmed is read, and nothing "
    "restarts") {
  DaemonFixture daemon(DaemonFixture::Settings{GENERATE(1, 4)});
  TestClient alice(daemon.socket());
  alice.hello("a");
  CHECK(alice.update(1, "mine") == 1);
  const std::string database = database_path(daemon.directory());
  for (const char* suffix : {"", "-wal"}) fs::rename(database + suffix, database + suffix + ".moved");

  const auto refused = alice.refused(2, "process_agent_update", R"({"agent_id":"mine"})");
  CHECK(refused.at("code").as_string() == "storage_unavailable");
  CHECK(refused.at("message").as_string().find(database) != std::string::npos);
  CHECK(alice.health().at("status").as_string() == "failing");
  CHECK(gives_reason(alice, "moved, removed or replaced"));
  CHECK(updates_of(alice, 3, "mine") == 1);
  alice.refused(4, "process_agent_update", R"({"agent_id":"mine"})");
  CHECK_FALSE(fs::exists(database));

  for (const char* suffix : {"", "-wal"}) fs::rename(database + suffix + ".moved", database + suffix);
  CHECK(health_becomes(daemon.socket(), "ok"));
  CHECK(alice.update(5, "mine") == 2);
  CHECK(daemon.stored("SELECT count(*) FROM history") == 2);
}

TEST_CASE("a daemon that nobody asks anything sees that its database is gone, and that it is back") {
  DaemonFixture daemon(looking_often());
  TestClient alice(daemon.socket());
  alice.hello("a");
  CHECK(alice.update(1, "mine") == 1);
  const std::string database = database_path(daemon.directory());
  fs::rename(database, database + ".moved");
  CHECK(health_becomes(daemon.socket(), "failing"));
  fs::rename(database + ".moved", database);
  CHECK(health_becomes(daemon.socket(), "ok"));
  CHECK(alice.update(2, "mine") == 2);
}

TEST_CASE("a write-ahead log that is removed costs a moment, and nothing that was confirmed") {
  DaemonFixture daemon(looking_often());
  TestClient alice(daemon.socket());
  alice.hello("a");
  for (std::uint64_t line = 1; line <= 5; ++line) alice.update(line, "mine");
  fs::remove(database_path(daemon.directory()) + "-wal");
  CHECK(health_becomes(daemon.socket(), "failing"));
  CHECK(health_becomes(daemon.socket(), "ok"));
  CHECK(alice.update(6, "mine") == 6);
  CHECK(daemon.stored("SELECT count(*) FROM history") == 6);
}

TEST_CASE("a client that comes while nothing can be stored is let in, and reads") {
  DaemonFixture daemon(DaemonFixture::Settings{GENERATE(1, 4)});
  TestClient alice(daemon.socket());
  alice.hello("a");
  CHECK(alice.update(1, "mine") == 1);
  daemon.gate().fail_commits(1'000'000);
  const bool known = GENERATE(false, true);  // whether the daemon knows already that commits fail
  if (known) alice.refused(2, "process_agent_update", R"({"agent_id":"mine"})");
  TestClient late(daemon.socket());
  late.hello("b");
  const auto initialized =
      late.ask(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
               R"("capabilities":{},"clientInfo":{"name":"late","version":"1"}}})");
  CHECK(initialized.contains("result"));
  CHECK(updates_of(late, 1, "mine") == 1);
  CHECK(late.refused(2, "process_agent_update", R"({"agent_id":"his"})").at("code").as_string() ==
        "storage_unavailable");
  daemon.gate().fail_commits(0);
  CHECK(health_becomes(daemon.socket(), "ok"));
  CHECK(late.update(3, "his") == 1);
  CHECK(daemon.stored("SELECT count(*) FROM session WHERE client_name = 'late'") == 1);
}
