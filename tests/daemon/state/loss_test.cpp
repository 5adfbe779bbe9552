// Loss and damage are known until a person has acknowledged them.
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>

#include "daemon/store/open_store.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

boost::json::array listed_alerts(TestClient& client, std::uint64_t line) {
  return client.call(line, "list_alerts", "{}").at("alerts").as_array();
}

void change_database(const DaemonFixture& daemon, const std::string& statement) {
  SQLite::Database database(database_path(daemon.directory()), SQLite::OPEN_READWRITE, 2000);
  database.exec(statement);
}

std::string error_text(const boost::json::object& error) {
  return boost::json::serialize(error);
}

}  // namespace

TEST_CASE("an emptied database is told by health and an alert until somebody has acknowledged it") {
  DaemonFixture daemon;
  {
    TestClient alice(daemon.socket());
    alice.hello("a");
    CHECK(alice.update(1, "mine") == 1);
    CHECK(alice.update(2, "mine") == 2);
  }
  REQUIRE(daemon.stop());
  std::filesystem::resize_file(database_path(daemon.directory()), 0);
  daemon.restart();
  CHECK(health_becomes(daemon.socket(), "degraded"));
  daemon.restart();
  CHECK(health_becomes(daemon.socket(), "degraded"));
  TestClient bob(daemon.socket());
  bob.hello("b", "person");
  const auto alerts = listed_alerts(bob, 1);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].at("kind").as_string() == "data_loss");
  CHECK(std::string(alerts[0].at("message").as_string()).find("2 updates are missing") != std::string::npos);
  bob.call(2, "acknowledge_alert",
           R"({"alert_id":)" + std::to_string(alerts[0].at("alert_id").as_int64()) + "}");
  CHECK(health_becomes(daemon.socket(), "ok"));
  daemon.restart();
  CHECK(health_becomes(daemon.socket(), "ok"));
}

TEST_CASE("a row that is removed meanwhile is named, and a restart brings back what can be read") {
  DaemonFixture daemon;
  {
    TestClient alice(daemon.socket());
    alice.hello("a");
    for (std::uint64_t n = 1; n <= 5; ++n) CHECK(alice.update(n, "mine") == static_cast<std::int64_t>(n));
  }
  daemon.restart();
  change_database(daemon, "DELETE FROM history WHERE number = 3");  // before anybody has read it
  {
    TestClient bob(daemon.socket());
    bob.hello("b", "person");
    const std::string text = error_text(bob.refused(1, "get_governance_metrics", R"({"agent_id":"mine"})"));
    CHECK(text.find("row 3 of the history is missing") != std::string::npos);
    CHECK(text.find("free space") == std::string::npos);
    CHECK(text.find("governorctl restart") != std::string::npos);
    CHECK(health_becomes(daemon.socket(), "degraded"));
  }
  daemon.restart();
  TestClient carol(daemon.socket());
  carol.hello("c");
  CHECK(carol.call(1, "get_governance_metrics", R"({"agent_id":"mine"})").at("agent_id").as_string() ==
        "mine");
  bool told = false;
  for (const auto& alert : listed_alerts(carol, 2)) {
    const std::string message(alert.at("message").as_string());
    told = told || message.find("1 update is missing: 3 of mine") != std::string::npos;
  }
  CHECK(told);
}
