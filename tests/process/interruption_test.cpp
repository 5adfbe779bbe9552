#include <signal.h>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/process_table.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

constexpr int kClients = 8;
constexpr int kWindow = 4;

std::string some_agent(int client) {
  return client < 4 ? "shared-agent" : "agent-" + std::to_string(client);
}

/// Runs `interrupt` over and over under the load of eight proxies. No client may see an error, and what was
/// acknowledged must be what is stored.
template <class Interrupt>
void survive(int times, Interrupt interrupt) {
  Sandbox sandbox({.io_threads = 4});
  Load load(proxies(sandbox, kClients), {.window = kWindow, .agent = some_agent});
  load.start();
  for (int i = 0; i < times; ++i) {
    REQUIRE(load.wait_for_progress(20, patience()));
    interrupt(sandbox, load);
  }
  REQUIRE(load.wait_for_progress(100, patience()));
  load.stop();
  CHECK(load.errors() == std::vector<std::string>());
  load.end_clients();
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(load.updates(), stored_updates(sandbox)) == "");
}

TEST_CASE("a daemon that is told to stop under load loses nothing and is replaced") {
  survive(10, [](Sandbox& sandbox, Load&) {
    const pid_t daemon = sandbox.wait_for_daemon(patience());
    REQUIRE(daemon != 0);
    const ProcessWatch watch(daemon);
    ::kill(daemon, SIGTERM);
    CHECK(watch.wait(patience()));
  });
}

TEST_CASE("a daemon that stands still for three seconds is waited for") {
  survive(2, [](Sandbox& sandbox, Load& load) {
    const pid_t daemon = sandbox.wait_for_daemon(patience());
    REQUIRE(daemon != 0);
    ::kill(daemon, SIGSTOP);
    REQUIRE(until(patience(), [&] { return stands_still(daemon); }));
    // What it had answered before is on its way yet: no more than the clients have open.
    const auto before = load.acknowledged();
    // One who comes meanwhile must wait too, not start a second daemon.
    ProxyConversation late(sandbox);
    const auto id = late.ask("ping");
    let_pass(std::chrono::seconds(3));
    CHECK(load.acknowledged() - before <= std::uint64_t{kClients * kWindow});
    ::kill(daemon, SIGCONT);
    CHECK(late.next_answer().id == id);
    CHECK(sandbox.processes_of(kDaemon) == std::vector<pid_t>{daemon});
  });
}

TEST_CASE("governorctl restart under load replaces the daemon and nobody notices") {
  survive(3, [](Sandbox& sandbox, Load&) {
    const pid_t before = sandbox.wait_for_daemon(patience());
    REQUIRE(before != 0);
    const auto restart = run(sandbox.command(kControl, {"restart"}), patience(std::chrono::seconds(60)));
    REQUIRE(restart);
    INFO(restart->output << restart->errors);
    CHECK(restart->code == 0);
    CHECK(sandbox.wait_for_daemon(patience(), before) != before);
  });
}

}  // namespace
}  // namespace governor::test
