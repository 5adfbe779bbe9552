// What the daemon warns of by itself, and the command that is told.
#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
using governor::test::until;
namespace json = boost::json;

namespace {

std::atomic<std::uint64_t> free_bytes{0};
std::atomic<std::int64_t> elapsed{0};

constexpr std::uint64_t kMiB = 1024 * 1024;

auto happens_soon() {
  return governor::ipc::Deadline::after(std::chrono::seconds(30));
}

std::optional<DiskSpace> injected_space(const std::string&) {
  return DiskSpace{free_bytes, 1'000'000 * kMiB};
}
std::int64_t injected_elapsed() {
  return elapsed;
}

/// A daemon whose alert command writes each alert, one a line, into a file.
struct WatchedSources {
  TemporaryDirectory directory;
  std::string told_file = directory.file("told");
  DaemonFixture daemon;

  explicit WatchedSources(AlertSources alerts) : daemon(settings(std::move(alerts))) {}

  DaemonFixture::Settings settings(AlertSources alerts) const {
    DaemonFixture::Settings made;
    made.alerts = std::move(alerts);
    made.alert_command.arguments = {"/bin/sh", "-c", "cat >>" + told_file};
    made.alert_command.environment = {"PATH=/usr/bin:/bin"};
    return made;
  }

  std::vector<json::object> told() const {
    std::vector<json::object> alerts;
    std::istringstream lines(read_file(told_file));
    for (std::string line; std::getline(lines, line);) alerts.push_back(json::parse(line).as_object());
    return alerts;
  }
  bool told_comes_to(std::size_t count) const {
    return until(happens_soon(), [&] { return told().size() >= count; });
  }
  std::int64_t count(const std::string& where) const {
    return daemon.stored("SELECT count(*) FROM alert WHERE " + where);
  }
  json::array listed(const std::string& arguments) const {
    TestClient client(daemon.socket());
    client.hello("c");
    return client.call(1, "list_alerts", arguments).at("alerts").as_array();
  }
};

}  // namespace

TEST_CASE("a crash of the run before is one alert, and the command is told") {
  AlertSources sources;
  sources.unclean_run.emplace();
  sources.unclean_run->pid = 4711;
  sources.unclean_run->started_us = 1'769'000'000'000'000;
  sources.unclean_run->machine_restarted = true;
  const WatchedSources watched(std::move(sources));
  REQUIRE(watched.told_comes_to(1));
  const json::object alert = watched.told()[0];
  CHECK(alert.at("kind").as_string() == "daemon_crash");
  CHECK(alert.at("alert_id").as_int64() == 1);
  CHECK(std::string(alert.at("message").as_string()).find("pid 4711, started 2026-01-21T") !=
        std::string::npos);
  CHECK(watched.daemon.stored("SELECT count(*) FROM audit WHERE event = 'unclean_run'") == 1);
  const json::array listed = watched.listed("{}");
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].as_object() == alert);
}

TEST_CASE("a crash that somebody has seen is over") {
  AlertSources sources;
  sources.unclean_run = UncleanRun{};
  const WatchedSources watched(std::move(sources));
  REQUIRE(watched.told_comes_to(1));
  TestClient client(watched.daemon.socket());
  client.introduce_as("person");
  client.send(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"acknowledge_alert","arguments":)"
      R"({"alert_id":1},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})");
  const json::object reply = client.next_object();
  CHECK(reply.at("result").at("structuredContent").as_object().contains("resolved"));
  CHECK(watched.listed("{}").empty());
}

TEST_CASE("too little room is one alert, until there is enough") {
  free_bytes = 100 * kMiB;
  AlertSources sources;
  sources.disk_space = injected_space;
  sources.low_disk_bytes = 256 * kMiB;
  sources.disk_interval = std::chrono::milliseconds(0);
  const WatchedSources watched(std::move(sources));
  REQUIRE(watched.told_comes_to(1));
  CHECK(watched.told()[0].at("kind").as_string() == "low_disk");
  CHECK(watched.told()[0].at("severity").as_string() == "critical");
  CHECK(std::string(watched.told()[0].at("message").as_string()).find("100 MiB") != std::string::npos);
  CHECK(watched.listed("{}").size() == 1);
  free_bytes = 500 * kMiB;
  CHECK(until(happens_soon(), [&] { return watched.listed("{}").empty(); }));
  CHECK(watched.listed(R"({"include_resolved":true})").size() == 1);
  CHECK(watched.told().size() == 1);
}

TEST_CASE("a clock that is set is an alert; one that goes is none") {
  elapsed = 0;
  AlertSources sources;
  sources.elapsed_us = injected_elapsed;
  const WatchedSources watched(std::move(sources));
  // The daemon's clock stands nearly still in this test, so that the other one is what moves. Its first
  // reading comes with the first tick, which shows in nothing else.
  const bool jumped = until(happens_soon(), [&] {
    elapsed += 3'600'000'000;
    return watched.count("kind = 6") > 0;
  });
  CHECK(jumped);
  REQUIRE(watched.told_comes_to(1));
  CHECK(watched.told()[0].at("kind").as_string() == "clock_jump");
  CHECK(std::string(watched.told()[0].at("message").as_string()).find("was set back by ") !=
        std::string::npos);
  CHECK(watched.count("1") == 1);
}

TEST_CASE("trouble with the storage is told at once, and stored when writes succeed again") {
  WatchedSources watched{AlertSources{}};
  TestClient alice(watched.daemon.socket());
  alice.hello("a");
  alice.update(1, "mine");
  watched.daemon.gate().fail_commits(1'000'000);
  alice.refused(2, "process_agent_update", R"({"agent_id":"mine"})");
  REQUIRE(watched.told_comes_to(1));
  CHECK(watched.told()[0].at("kind").as_string() == "storage");
  CHECK(watched.told()[0].at("alert_id").as_int64() == 0);
  CHECK(watched.count("1") == 0);
  watched.daemon.gate().fail_commits(0);
  CHECK(until(happens_soon(), [&] { return watched.count("kind = 4") == 1; }));
  const json::array listed = watched.listed(R"({"include_resolved":true})");
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("kind").as_string() == "storage");
  CHECK(listed[0].as_object().contains("resolved"));
  CHECK(watched.listed("{}").empty());
  // It is not told again when it is over, nor when it comes back soon.
  watched.daemon.gate().fail_commits(1);
  alice.refused(3, "process_agent_update", R"({"agent_id":"mine"})");
  CHECK(health_becomes(watched.daemon.socket(), "ok"));
  CHECK(watched.told().size() == 1);
}

TEST_CASE("an agent in a loop is told to the command once it is durable") {
  const WatchedSources watched{AlertSources{}};
  TestClient alice(watched.daemon.socket());
  alice.hello("a");
  for (std::uint64_t line = 1; line <= 6; ++line) {
    alice.call(line, "process_agent_update", R"({"agent_id":"mine","response_text":"the same again"})");
  }
  REQUIRE(watched.told_comes_to(1));
  CHECK(watched.told()[0].at("kind").as_string() == "loop");
  CHECK(watched.told()[0].at("agent_id").as_string() == "mine");
  CHECK(watched.count("1") == 1);
}
