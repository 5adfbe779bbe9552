// How clients find the daemon when they look in different places, and when what they look for is gone.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/slowness.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;

/// A program that was started with another runtime directory, as one with fewer variables is.
Command started_elsewhere(const Sandbox& sandbox, const std::string& program,
                          std::vector<std::string> arguments = {}) {
  Command command = sandbox.command(program, std::move(arguments));
  command.environment.push_back("GOVERNOR_RUNTIME_DIR=" + sandbox.directory() + "/other");
  std::erase(command.environment, "GOVERNOR_RUNTIME_DIR=" + sandbox.runtime_dir());
  return command;
}

pid_t served_by(Conversation& client) {
  return client.call("health_check").content().at("pid").to_number<pid_t>();
}

pid_t asked_of_health(Command command) {
  command.error_file.clear();
  const auto finished = run(command, patience());
  REQUIRE(finished);
  INFO(finished->errors);
  REQUIRE(finished->code == 0);
  return boost::json::parse(finished->output).at("pid").to_number<pid_t>();
}

TEST_CASE("clients with different runtime directories and one state directory share one daemon") {
  const Sandbox sandbox;
  ProxyConversation here(sandbox);
  const pid_t daemon = served_by(here);
  ProxyConversation elsewhere(started_elsewhere(sandbox, kProxy));
  CHECK(served_by(elsewhere) == daemon);
  CHECK(asked_of_health(started_elsewhere(sandbox, kControl, {"health", "--json"})) == daemon);
  CHECK(asked_of_health(started_elsewhere(sandbox, kProxy, {"--health"})) == daemon);
  const auto status = run(started_elsewhere(sandbox, kControl, {"status"}), patience());
  REQUIRE(status);
  CHECK(status->output.find(sandbox.socket() + " (looked at " + sandbox.directory() +
                            "/other/governor.sock first)") != std::string::npos);
  CHECK(here.call("process_agent_update", {{"agent_id", "shared"}}).content().at("update") == 1);
  CHECK(elsewhere.call("get_governance_metrics", {{"agent_id", "shared"}}).tool_error().empty());
}

TEST_CASE("thirty clients that start at once and look in two places end up at one daemon") {
  const Sandbox sandbox;
  std::vector<std::unique_ptr<ProxyConversation>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(i % 2 == 0 ? std::make_unique<ProxyConversation>(sandbox)
                                 : std::make_unique<ProxyConversation>(started_elsewhere(sandbox, kProxy)));
  }
  std::set<pid_t> seen;
  for (auto& client : clients) seen.insert(served_by(*client));
  CHECK(seen == std::set<pid_t>{sandbox.daemon()});
}

TEST_CASE("a daemon whose runtime directory is removed makes it again, and nobody notices") {
  const Sandbox sandbox;
  ProxyConversation before(sandbox);
  const pid_t daemon = served_by(before);
  fs::remove_all(sandbox.runtime_dir());
  ProxyConversation after(sandbox);
  CHECK(served_by(after) == daemon);
  CHECK(served_by(before) == daemon);
  CHECK(until(patience(), [&] { return listens(sandbox.socket()); }));
}

TEST_CASE("a daemon whose runtime directory cannot be made again is reached at a place of its own") {
  const Sandbox sandbox;
  ProxyConversation before(sandbox);
  const pid_t daemon = served_by(before);
  fs::remove_all(sandbox.runtime_dir());
  std::ofstream(sandbox.runtime_dir()) << "in the way";
  CHECK(until(patience(), [&] {
    const auto finished = run(started_elsewhere(sandbox, kProxy, {"--health"}), patience());
    return finished && finished->code == 0;
  }));
  ProxyConversation after(started_elsewhere(sandbox, kProxy));
  CHECK(served_by(after) == daemon);
  CHECK(served_by(before) == daemon);
}

TEST_CASE("a daemon whose state is locked by nobody any more ends, so that there are never two writers") {
  const Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  fs::remove(sandbox.state_dir() + "/state.lock");
  CHECK(daemon.wait(patience()) == 0);
}

TEST_CASE("a restart with a configuration that is wrong leaves the daemon that works") {
  const Sandbox sandbox;
  const Child daemon = sandbox.start_daemon();
  std::ofstream(sandbox.directory() + "/config.json") << "{\"no_such_key\": 1}";
  Command command = sandbox.command(kControl, {"restart"});
  command.error_file.clear();
  const auto refused = run(command, patience());
  REQUIRE(refused);
  CHECK(refused->code != 0);
  CHECK(refused->errors.find("no_such_key") != std::string::npos);
  CHECK(refused->errors.find("left alone") != std::string::npos);
  CHECK(health(sandbox).at("pid").to_number<pid_t>() == daemon.pid());
}

TEST_CASE("an upgrade with a configuration that is wrong leaves the daemon that works") {
  const Sandbox sandbox;
  const Child daemon = sandbox.start_daemon();
  std::ofstream(sandbox.directory() + "/config.json") << "{\"no_such_key\": 1}";
  Command command = sandbox.command(kNextProxy);
  command.environment.push_back("GOVERNOR_DAEMON=" + kNextDaemon);
  const ProcessWatch watch(daemon.pid());
  ProxyConversation newcomer(command);
  CHECK(newcomer.call("process_agent_update", {{"agent_id", "newcomer"}}).tool_error().empty());
  CHECK_FALSE(watch.wait(ipc::Deadline::after(std::chrono::seconds(1))));
  CHECK(served_by(newcomer) == daemon.pid());
}

}  // namespace
}  // namespace governor::test
