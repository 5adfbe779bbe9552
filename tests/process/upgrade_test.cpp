#include <signal.h>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

const std::string kNextBuild = "99.0.0+9999999999.next";

std::string some_agent(int client) {
  return client < 4 ? "shared-agent" : "agent-" + std::to_string(client);
}

std::string running_build(const Sandbox& sandbox) {
  return std::string(health(sandbox).at("build").as_string());
}

/// A client of the next build, which brings its own daemon.
std::unique_ptr<ProxyConversation> newcomer(const Sandbox& sandbox) {
  Command command = sandbox.command(kNextProxy);
  command.environment.push_back("GOVERNOR_DAEMON=" + kNextDaemon);
  return std::make_unique<ProxyConversation>(command);
}

/// False also while the one that is being replaced hangs up.
bool is_next(const Sandbox& sandbox) {
  try {
    return running_build(sandbox) == kNextBuild;
  } catch (const std::exception&) {
    return false;
  }
}

TEST_CASE("a proxy of a later build replaces the daemon under load, once, and no client notices") {
  Sandbox sandbox({.io_threads = 4});
  Load load(proxies(sandbox, 8), {.agent = some_agent});
  load.start();
  REQUIRE(load.wait_for_progress(50, patience()));
  const pid_t before = sandbox.wait_for_daemon(patience());
  REQUIRE(running_build(sandbox) != kNextBuild);
  const ProcessWatch old(before);

  auto first = newcomer(sandbox);
  CHECK(first->call("process_agent_update", {{"agent_id", "newcomer"}}).tool_error().empty());
  CHECK(old.wait(patience()));
  const pid_t after = sandbox.wait_for_daemon(patience(), before);
  REQUIRE(after != 0);
  CHECK(running_build(sandbox) == kNextBuild);

  // Neither those who were there, nor those who come, of whichever build, replace it again.
  const ProcessWatch present(after);
  REQUIRE(load.wait_for_progress(100, patience()));
  auto second = newcomer(sandbox);
  ProxyConversation late(sandbox);
  CHECK(second->call("process_agent_update", {{"agent_id", "newcomer"}}).tool_error().empty());
  CHECK(late.call("process_agent_update", {{"agent_id", "newcomer"}}).tool_error().empty());
  REQUIRE(load.wait_for_progress(100, patience()));
  CHECK_FALSE(present.wait(ipc::Deadline::after(std::chrono::milliseconds(500))));
  CHECK(sandbox.daemon() == after);
  CHECK(sandbox.processes_of(kDaemon).empty());
  CHECK(sandbox.processes_of(kNextDaemon) == std::vector<pid_t>{after});

  load.stop();
  CHECK(load.errors() == std::vector<std::string>());
  const auto newcomers = history_of(late, "newcomer");
  CHECK(newcomers.size() == 3);
  load.end_clients();
  first.reset();
  second.reset();
  late.process().signal(SIGKILL);
  REQUIRE(late.process().wait(patience()));
  REQUIRE(sandbox.end_daemon());
  auto stored = stored_updates(sandbox);
  std::erase_if(stored, [](const Update& update) { return update.agent == "newcomer"; });
  CHECK(discrepancy(load.updates(), stored) == "");
}

TEST_CASE("several proxies of a later build that come at once replace the daemon once") {
  Sandbox sandbox;
  ProxyConversation old(sandbox);
  CHECK(old.call("health_check").content().at("build").as_string() != kNextBuild);
  std::vector<std::unique_ptr<ProxyConversation>> newcomers;
  for (int i = 0; i < 8; ++i) newcomers.push_back(newcomer(sandbox));
  REQUIRE(until(patience(), [&] { return is_next(sandbox); }));
  const pid_t daemon = sandbox.daemon();
  const ProcessWatch watch(daemon);
  for (auto& client : newcomers) CHECK(client->call("health_check").content().at("pid") == daemon);
  CHECK(old.call("health_check").content().at("pid") == daemon);
  CHECK_FALSE(watch.wait(ipc::Deadline::after(std::chrono::milliseconds(500))));
}

TEST_CASE("a proxy that has replaced a daemon once does not do so again") {
  Sandbox sandbox;
  ProxyConversation old(sandbox);
  old.request("ping");
  auto next = newcomer(sandbox);
  REQUIRE(until(patience(), [&] { return is_next(sandbox); }));
  // What comes up after this crash may be of either build. The one who has replaced a daemon leaves it in
  // peace.
  const ProcessWatch watch(sandbox.daemon());
  ::kill(watch.pid(), SIGKILL);
  REQUIRE(watch.wait(patience()));
  old.request("ping");
  next->request("ping");
  const pid_t present = sandbox.daemon();
  CHECK_FALSE(ProcessWatch(present).wait(ipc::Deadline::after(std::chrono::milliseconds(500))));
  CHECK(old.call("health_check").content().at("pid") == present);
  CHECK(next->call("health_check").content().at("pid") == present);
}

TEST_CASE(
    "a proxy whose own daemon is no newer than the one it replaced does not replace it again and again") {
  Sandbox sandbox;
  ProxyConversation old(sandbox);
  old.request("ping");
  const ProcessWatch first(sandbox.daemon());
  Command command = sandbox.command(kNextProxy);
  command.environment.push_back("GOVERNOR_DAEMON=" + kDaemon);
  ProxyConversation next(command);
  next.request("ping");
  REQUIRE(first.wait(patience()));
  const pid_t second = sandbox.wait_for_daemon(patience(), first.pid());
  REQUIRE(second != 0);
  CHECK_FALSE(ProcessWatch(second).wait(ipc::Deadline::after(std::chrono::seconds(1))));
  for (auto* client : {&old, &next}) CHECK(client->call("health_check").content().at("pid") == second);
}

TEST_CASE("an older or equal build cannot drain the daemon") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  Wire wire(sandbox);
  const std::string given = GENERATE("0.0.1+1.old", "rubbish", "");
  const std::string build = given.empty() ? running_build(sandbox) : given;
  wire.plain(R"({"jsonrpc":"2.0","id":1,"method":"governor/drain","params":{"build":")" + build + R"("}})");
  CHECK_FALSE(wire.plain_answer().result().at("draining").as_bool());
  CHECK_FALSE(daemon.wait(ipc::Deadline::after(std::chrono::milliseconds(300))));
}

}  // namespace
}  // namespace governor::test
