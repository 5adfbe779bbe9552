#include <algorithm>
#include <array>
#include <iostream>
#include <random>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a daemon without sessions exits when its time is over") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon({"--idle-exit", "1"});
  CHECK(daemon.wait(patience()) == 0);
}

// A daemon by hand could be gone before its first client comes, where the machine is busy. So a proxy starts
// it.
TEST_CASE("a daemon does not exit while it has a session") {
  Sandbox sandbox({.idle_exit = 1});
  ProxyConversation client(sandbox);
  client.initialize();
  const ProcessWatch daemon(sandbox.daemon());
  CHECK_FALSE(daemon.wait(ipc::Deadline::after(milliseconds(2500))));
  client.end_input();
  CHECK(daemon.wait(patience()));
}

TEST_CASE("a daemon does not exit while a session may come back") {
  Sandbox sandbox({.idle_exit = 1});
  ProxyConversation client(sandbox);
  client.initialize();
  const ProcessWatch daemon(sandbox.daemon());
  // No goodbye, and its process, this one, lives.
  Wire(sandbox).hello(new_session());
  client.end_input();
  REQUIRE(until(patience(), [&] { return health(sandbox).at("sessions").to_number<int>() == 1; }));
  CHECK_FALSE(daemon.wait(ipc::Deadline::after(milliseconds(2500))));
}

/// A sandbox whose daemon is about to exit, and the client that comes at that moment.
struct Visit {
  Sandbox sandbox{Sandbox::Settings{.io_threads = 1, .idle_exit = 1}};
  milliseconds offset{};
  ipc::Deadline::Clock::time_point left;
  pid_t before = 0;  ///< the daemon that was left
  std::unique_ptr<ProxyConversation> client;

  ipc::Deadline::Clock::time_point returns() const { return left + offset; }
  void leave() {
    client->end_input();
    REQUIRE(client->process().wait(patience()) == 0);
    left = ipc::Deadline::Clock::now();
  }
};

TEST_CASE("a client that comes when the daemon is about to exit is served") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  constexpr int kRounds = 4;
  std::array<Visit, 8> visits;
  for (auto& visit : visits) {
    visit.client = std::make_unique<ProxyConversation>(visit.sandbox);
    visit.client->initialize();
  }
  int replaced = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (auto& visit : visits) {
      visit.before = visit.sandbox.daemon();
      visit.leave();
      visit.offset = milliseconds(900 + std::uniform_int_distribution<int>(0, 200)(random));
    }
    std::vector<Visit*> in_order;
    for (auto& visit : visits) in_order.push_back(&visit);
    std::sort(in_order.begin(), in_order.end(), [](auto* a, auto* b) { return a->returns() < b->returns(); });
    for (auto* visit : in_order) {
      static_cast<void>(ipc::pause_until(ipc::Deadline::at(visit->returns())));
      visit->client = std::make_unique<ProxyConversation>(visit->sandbox);
      visit->client->ask_tool("process_agent_update", {{"agent_id", "visitor"}});
    }
    for (auto& visit : visits) {
      CHECK(visit.client->next_answer().content().at("update").to_number<int>() == round + 1);
      if (visit.sandbox.daemon() != visit.before) ++replaced;
    }
  }
  std::cout << "found another daemon: " << replaced << " of " << kRounds * visits.size() << "\n";
}

}  // namespace
}  // namespace governor::test
