#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger.hpp"

namespace governor::test {
namespace {

constexpr Sandbox::Settings kFourThreads{4, 60};

std::string one_agent(int) {
  return "shared-agent";
}
std::string own_agent(int client) {
  return "agent-" + std::to_string(client);
}

/// What the clients were told is what the history says, and what lies on the disk.
void check_books(Sandbox& sandbox, Load& load, const std::vector<std::string>& agents, std::size_t expected) {
  CHECK(load.errors() == std::vector<std::string>());
  CHECK(load.updates().size() == expected);
  std::vector<Update> history;
  for (const auto& agent : agents) {
    const auto rows = history_of(load.client(0), agent);
    history.insert(history.end(), rows.begin(), rows.end());
  }
  CHECK(discrepancy(load.updates(), history) == "");
  load.end_clients();
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(load.updates(), stored_updates(sandbox)) == "");
}

std::vector<std::string> eight_agents() {
  std::vector<std::string> agents;
  for (int i = 0; i < 8; ++i) agents.push_back(own_agent(i));
  return agents;
}

TEST_CASE("ten concurrent updates of one agent are counted ten times") {
  Sandbox sandbox(kFourThreads);
  Load load(proxies(sandbox, 10), {.updates = 1, .window = 1, .agent = one_agent});
  load.start();
  load.join();
  const Answer metrics = load.client(3).call("get_governance_metrics", {{"agent_id", "shared-agent"}});
  CHECK(metrics.content().at("update").to_number<int>() == 10);
  check_books(sandbox, load, {"shared-agent"}, 10);
}

TEST_CASE("eight clients update one agent without gap or repeat") {
  Sandbox sandbox(kFourThreads);
  Load load(proxies(sandbox, 8), {.updates = 500, .window = 8, .agent = one_agent});
  load.start();
  load.join();
  check_books(sandbox, load, {"shared-agent"}, 4000);
}

TEST_CASE("eight clients update eight agents without gap or repeat") {
  Sandbox sandbox;
  Load load(proxies(sandbox, 8), {.updates = 500, .window = 1, .agent = own_agent});
  load.start();
  load.join();
  check_books(sandbox, load, eight_agents(), 4000);
}

TEST_CASE("clients on the socket itself update agents without gap or repeat") {
  Sandbox sandbox(kFourThreads);
  Child daemon = sandbox.start_daemon();
  const bool shared = GENERATE(true, false);
  Load load(sockets(sandbox, 8), {.updates = 500, .window = 8, .agent = shared ? one_agent : own_agent});
  load.start();
  load.join();
  check_books(sandbox, load, shared ? std::vector<std::string>{"shared-agent"} : eight_agents(), 4000);
  CHECK(daemon.wait(patience()) == 0);
}

}  // namespace
}  // namespace governor::test
