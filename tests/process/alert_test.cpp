#include <signal.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ipc/client.hpp"
#include "ipc/connect.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

json::array alerts(const Sandbox& sandbox) {
  auto client = ipc::Client::connect(sandbox.socket(), patience());
  REQUIRE(client.has_value());
  const auto result = client->call_tool("list_alerts", {}, patience());
  REQUIRE(result.has_value());
  return result->at("structuredContent").at("alerts").as_array();
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void kill_daemon(const Sandbox& sandbox) {
  const pid_t victim = sandbox.daemon();
  REQUIRE(victim != 0);
  const ProcessWatch watch(victim);
  ::kill(victim, SIGKILL);
  REQUIRE(watch.wait(patience()));
}

/// A program that appends what it is told to a file.
void configure_alert_command(const Sandbox& sandbox, const std::string& file) {
  const json::object settings = {{"idle_exit", 60}, {"alert_command", {"/bin/sh", "-c", "cat >>" + file}}};
  std::ofstream(sandbox.directory() + "/config.json") << json::serialize(settings);
}

TEST_CASE("a daemon that was killed is an alert of the next one, and one that ended in order is none") {
  Sandbox sandbox;
  const std::string told = sandbox.directory() + "/told";
  configure_alert_command(sandbox, told);
  {
    const Child first = sandbox.start_daemon();
    CHECK(alerts(sandbox).empty());
    REQUIRE(sandbox.end_daemon());
  }
  {
    const Child second = sandbox.start_daemon();
    CHECK(alerts(sandbox).empty());
    kill_daemon(sandbox);
  }
  const Child third = sandbox.start_daemon();
  REQUIRE(until(patience(), [&] { return !content(told).empty() && content(told).back() == '\n'; }));
  const json::array listed = alerts(sandbox);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("kind").as_string() == "daemon_crash");
  CHECK(content(told) == json::serialize(listed[0]) + "\n");
  REQUIRE(sandbox.end_daemon());
  const Child fourth = sandbox.start_daemon();
  CHECK(alerts(sandbox).size() == 1);  // nobody has acknowledged it
  kill_daemon(sandbox);
  const Child fifth = sandbox.start_daemon();
  CHECK(alerts(sandbox).size() == 1);  // the same cause
}

TEST_CASE("whoever can connect can be sure that a kill will be told") {
  for (int i = 0; i < 10; ++i) {
    Sandbox sandbox;
    const Child daemon(sandbox.command(kDaemon));
    const std::string marker = sandbox.state_dir() + "/running.json";
    const auto deadline = patience();
    bool connected = false;
    // Without a pause, since the moment in which it could be missing is short.
    while (!connected && !deadline.expired())
      connected =
          ipc::connect_to(sandbox.socket(), ipc::Deadline::after(std::chrono::seconds(1))).has_value();
    CHECK(std::filesystem::exists(marker));
    REQUIRE(connected);
  }
}

TEST_CASE("a command that hangs keeps nobody waiting, and ends with the daemon") {
  Sandbox sandbox;
  const std::string pid_file = sandbox.directory() + "/pid";
  const json::object settings = {
      {"idle_exit", 60}, {"alert_command", {"/bin/sh", "-c", "echo $$ >" + pid_file + "; exec sleep 1000"}}};
  std::ofstream(sandbox.directory() + "/config.json") << json::serialize(settings);
  {
    const Child first = sandbox.start_daemon();
    kill_daemon(sandbox);
  }
  const Child second = sandbox.start_daemon();
  REQUIRE(until(patience(), [&] { return !content(pid_file).empty() && content(pid_file).back() == '\n'; }));
  CHECK(alerts(sandbox).size() == 1);
  const ProcessWatch command(static_cast<pid_t>(std::stol(content(pid_file))));
  REQUIRE(sandbox.end_daemon());
  CHECK(command.wait(patience()));
}

}  // namespace
}  // namespace governor::test
