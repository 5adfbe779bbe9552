#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

using std::chrono::milliseconds;

constexpr int kKills = 30;

std::string some_agent(int client) {
  return client < 4 ? "shared-agent" : "agent-" + std::to_string(client);
}

milliseconds up_to(std::mt19937& random, int longest) {
  return milliseconds(std::uniform_int_distribution<int>(0, longest)(random));
}

/// Kills whatever daemon holds the lock, at a moment of which the random source decides: while it starts,
/// while sessions come back, or in the middle of updates. Now and then the daemon is left to get something
/// done.
void kill_one(const Sandbox& sandbox, const Load& load, std::mt19937& random) {
  REQUIRE(until(patience(), [&] { return sandbox.daemon() != 0; }));
  if (random() % 3 != 0) REQUIRE(load.wait_for_progress(1, patience()));
  let_pass(up_to(random, 100));
  const pid_t victim = sandbox.daemon();
  if (victim == 0) return;
  const ProcessWatch watch(victim);
  if (sandbox.daemon() != victim) return;
  ::kill(victim, SIGKILL);
  REQUIRE(watch.wait(patience()));
}

TEST_CASE("killing the daemon at any moment costs no client an error and no update its place") {
  const char* given = ::getenv("GOVERNOR_TEST_SEED");
  const unsigned long seed = given == nullptr ? std::random_device()() : std::stoul(given);
  std::cout << "seed " << seed << " (repeat with GOVERNOR_TEST_SEED)\n";
  std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  Load load(proxies(sandbox, 8), {.agent = some_agent});
  load.start();
  for (int i = 0; i < kKills; ++i) kill_one(sandbox, load, random);
  REQUIRE(load.wait_for_progress(100, patience()));
  load.stop();
  CHECK(load.errors() == std::vector<std::string>());
  const auto audit = audit_check(sandbox);
  CHECK(audit.at("problem_count").as_int64() == 0);
  CHECK(audit.at("updates").as_int64() >= 100);
  load.end_clients();
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(load.updates(), stored_updates(sandbox)) == "");
}

}  // namespace
}  // namespace governor::test
