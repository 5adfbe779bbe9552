#include <signal.h>

#include <set>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

constexpr int kProxies = 50;

std::vector<std::unique_ptr<ProxyConversation>> start_proxies(const Sandbox& sandbox) {
  std::vector<std::unique_ptr<ProxyConversation>> clients;
  for (int i = 0; i < kProxies; ++i) {
    clients.push_back(std::make_unique<ProxyConversation>(sandbox));
    clients.back()->ask_tool("process_agent_update", {{"agent_id", "started"}});
  }
  return clients;
}

/// Every client gets its answer, and the answers are fifty different updates.
void check_all_answered(std::vector<std::unique_ptr<ProxyConversation>>& clients) {
  std::set<std::int64_t> numbers;
  for (auto& client : clients)
    numbers.insert(client->next_answer().content().at("update").to_number<std::int64_t>());
  CHECK(numbers.size() == kProxies);
  CHECK(*numbers.begin() == 1);
  CHECK(*numbers.rbegin() == kProxies);
}

/// All clients see the same process, and there is no other. Returns its pid.
pid_t check_one_daemon(const Sandbox& sandbox, std::vector<std::unique_ptr<ProxyConversation>>& clients) {
  std::set<pid_t> seen;
  for (auto& client : clients) {
    seen.insert(client->call("health_check").content().at("pid").to_number<pid_t>());
  }
  REQUIRE(seen.size() == 1);
  const pid_t daemon = *seen.begin();
  CHECK(sandbox.daemon() == daemon);
  // One that lost the race may be on its way out still.
  CHECK(until(patience(), [&] { return sandbox.processes_of(kDaemon) == std::vector<pid_t>{daemon}; }));
  return daemon;
}

void kill_and_wait(pid_t pid) {
  const ProcessWatch watch(pid);
  ::kill(pid, SIGKILL);
  REQUIRE(watch.wait(patience()));
}

TEST_CASE("of fifty proxies that start at once one starts the daemon") {
  Sandbox sandbox({.io_threads = 4});
  auto clients = start_proxies(sandbox);
  check_all_answered(clients);
  check_one_daemon(sandbox, clients);
}

TEST_CASE("fifty proxies start at once while the daemon is killed again and again") {
  Sandbox sandbox;
  auto clients = start_proxies(sandbox);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(until(patience(), [&] { return sandbox.daemon() != 0; }));
    let_pass(std::chrono::milliseconds(10 * i));
    if (const pid_t victim = sandbox.daemon()) kill_and_wait(victim);
  }
  check_all_answered(clients);
  check_one_daemon(sandbox, clients);
}

TEST_CASE("fifty proxies and a daemon by hand start at once and there is one daemon") {
  Sandbox sandbox;
  Child by_hand(sandbox.command(kDaemon));
  auto clients = start_proxies(sandbox);
  check_all_answered(clients);
  const pid_t daemon = check_one_daemon(sandbox, clients);
  if (daemon == by_hand.pid()) {
    clients.clear();
    REQUIRE(sandbox.end_daemon());
    CHECK(by_hand.wait(patience()) == 0);
  } else {
    CHECK(by_hand.wait(patience()) == 3);
  }
}

TEST_CASE("a socket and locks left over from a crash do not keep fifty proxies from one new daemon") {
  Sandbox sandbox;
  {
    Child crashed = sandbox.start_daemon();
    crashed.signal(SIGKILL);
    REQUIRE(crashed.wait(patience()));
  }
  REQUIRE_FALSE(listens(sandbox.socket()));
  auto clients = start_proxies(sandbox);
  check_all_answered(clients);
  check_one_daemon(sandbox, clients);
}

TEST_CASE("a second daemon by hand says that one runs and leaves it alone") {
  Sandbox sandbox;
  Child first = sandbox.start_daemon();
  const auto second = run(sandbox.command(kDaemon), patience());
  REQUIRE(second);
  CHECK(second->code == 3);
  CHECK(second->errors.find("already running") != std::string::npos);
  CHECK(SocketConversation(sandbox).call("health_check").content().at("pid").to_number<pid_t>() ==
        first.pid());
}

}  // namespace
}  // namespace governor::test
