// The commands of governorctl with the real daemon behind them.
#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "ipc/client.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

Finished control(const Sandbox& sandbox, std::vector<std::string> arguments) {
  Command command = sandbox.command(kControl, std::move(arguments));
  command.error_file.clear();
  const auto finished = run(command, patience());
  REQUIRE(finished.has_value());
  return *finished;
}

/// The result of a command that must succeed.
json::object result_of(const Sandbox& sandbox, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Finished finished = control(sandbox, std::move(arguments));
  INFO(finished.output << finished.errors);
  REQUIRE(finished.code == 0);
  return json::parse(finished.output).as_object();
}

void update(const Sandbox& sandbox, const std::string& agent, int times) {
  auto client = ipc::Client::connect(sandbox.socket(), patience());
  REQUIRE(client.has_value());
  for (int i = 0; i < times; ++i) {
    const json::object arguments = {{"agent_id", agent}, {"response_text", "step " + std::to_string(i)}};
    REQUIRE(client->call_tool("process_agent_update", arguments, patience()).has_value());
  }
}

TEST_CASE("on a quiet machine a command that sets something starts the daemon, one that looks does not") {
  Sandbox sandbox;
  const std::string directory = sandbox.directory() + "/project";
  fs::create_directories(directory);
  for (const char* command : {"status", "health", "stop"}) CHECK(control(sandbox, {command}).code == 3);
  CHECK(control(sandbox, {"ps"}).code == 0);
  CHECK(sandbox.daemon() == 0);
  const std::vector<std::vector<std::string>> setting = {
      {"protect", directory + "/key.pem", "--reason", "a secret"},
      {"unlock", directory + "/key.pem", "--for", "15m"},
      {"watch", directory},
      {"thresholds", "set", "risk_approve_threshold=0.3"},
      {"alerts"},
  };
  for (const auto& arguments : setting) {
    const Finished finished = control(sandbox, arguments);
    INFO(arguments.front() << ": " << finished.output << finished.errors);
    CHECK(finished.code == 0);
    CHECK(sandbox.end_daemon());
  }
}

TEST_CASE("a person can follow and steer an agent with governorctl alone") {
  const Sandbox sandbox;
  const Child daemon = sandbox.start_daemon();
  update(sandbox, "ada", 5);
  CHECK(result_of(sandbox, {"history", "ada", "--all"}).at("count").as_int64() == 5);
  const Finished csv = control(sandbox, {"history", "ada", "--format", "csv", "--rows", "2"});
  CHECK(std::count(csv.output.begin(), csv.output.end(), '\n') == 3);
  CHECK(control(sandbox, {"history", "ada", "--format", "sparkline"}).output.find("5 of 5 updates") !=
        std::string::npos);
  CHECK(control(sandbox, {"history", "nobody"}).code == 1);

  CHECK(result_of(sandbox, {"pause", "ada", "--reason", "a look"}).at("status").as_string() == "paused");
  CHECK(result_of(sandbox, {"agents", "--status", "paused"}).at("total").as_int64() == 1);
  CHECK(result_of(sandbox, {"agents", "--summary"}).at("by_status").at("paused").as_int64() == 1);
  CHECK(result_of(sandbox, {"resume", "ada"}).at("previous_status").as_string() == "paused");

  CHECK(result_of(sandbox, {"thresholds", "set", "risk_approve_threshold=0.2", "--agent", "ada"})
            .at("changed")
            .as_array()
            .size() == 1);
  CHECK(result_of(sandbox, {"thresholds", "--agent", "ada"}).at("own").as_bool());
  CHECK_FALSE(result_of(sandbox, {"thresholds", "reset", "--agent", "ada"}).at("own").as_bool());
  CHECK(control(sandbox, {"thresholds", "set", "risk_approve_threshold=7"}).code == 1);

  CHECK(result_of(sandbox, {"calibration"}).at("predictions").as_int64() == 5);
  const json::object exported = result_of(sandbox, {"export", "ada", "--format", "csv"});
  CHECK(fs::exists(std::string(exported.at("path").as_string())));
  CHECK(exported.at("rows").as_int64() == 5);
  CHECK(result_of(sandbox, {"archive", "ada"}).at("status").as_string() == "archived");
  CHECK(control(sandbox, {"delete", "ada"}).code == 2);
  const json::object deleted = result_of(sandbox, {"delete", "ada", "--yes"});
  CHECK(fs::exists(std::string(deleted.at("backup").as_string())));

  const json::array entries =
      result_of(sandbox, {"audit", "--agent", "ada", "--rows", "500"}).at("entries").as_array();
  const auto has = [&](std::string_view event) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const json::value& entry) { return entry.at("event").as_string() == event; });
  };
  for (const char* event : {"agent_paused", "agent_resumed", "thresholds_changed", "agent_archived"}) {
    INFO(event);
    CHECK(has(event));
  }
  CHECK(entries.front().at("who").at("client").as_string() == "governorctl");
  CHECK(control(sandbox, {"audit", "--follow", "--for", "0.1", "--rows", "1"}).code == 0);
}

TEST_CASE("audit verify finds a changed entry and says so with its exit code") {
  Sandbox sandbox;
  {
    const Child daemon = sandbox.start_daemon();
    update(sandbox, "ada", 3);
    const Finished intact = control(sandbox, {"audit", "verify"});
    INFO(intact.output << intact.errors);
    CHECK(intact.code == 0);
    REQUIRE(sandbox.end_daemon());
  }
  {
    SQLite::Database database(sandbox.database(), SQLite::OPEN_READWRITE, 5000);
    REQUIRE(database.exec("UPDATE audit SET detail = 'nothing happened' WHERE key = 1") == 1);
  }
  const Child daemon = sandbox.start_daemon();
  const Finished tampered = control(sandbox, {"audit", "verify"});
  CHECK(tampered.code == 4);
  CHECK(tampered.output.find("NOT INTACT") != std::string::npos);
}

TEST_CASE("diagnose removes the lock of a dead process and leaves that of a live one") {
  const Sandbox sandbox;
  const Child daemon = sandbox.start_daemon();
  const std::string place = sandbox.directory() + "/locks";
  fs::create_directory(place);
  tests::ForkedChild gone([] { return 0; });
  std::ofstream(place + "/dead.lock") << gone.pid();
  gone.wait();
  std::ofstream(place + "/live.lock") << daemon.pid();
  CHECK(control(sandbox, {"diagnose"}).code == 0);
  CHECK(control(sandbox, {"diagnose", "--directory", place, "--exit-code"}).code == 4);
  CHECK(fs::exists(place + "/dead.lock"));
  CHECK(control(sandbox, {"diagnose", "--directory", place, "--remove-stale", "--exit-code"}).code == 0);
  CHECK_FALSE(fs::exists(place + "/dead.lock"));
  CHECK(fs::exists(place + "/live.lock"));
  CHECK(control(sandbox, {"diagnose", "--directory", place, "--exit-code"}).code == 0);
  CHECK(control(sandbox, {"diagnose", "--directory", sandbox.state_dir()}).code == 1);
}

}  // namespace
}  // namespace governor::test
