// The real daemon, ended and stopped at named points of a commit.
#include <signal.h>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fault_walk.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/process_table.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

constexpr int kKilled = 137;
constexpr int kUpdates = 30;

/// A daemon with that fault; those that proxies start later have none.
Child start_faulty(const Sandbox& sandbox, const std::string& fault) {
  Command command = sandbox.command(kDaemon);
  command.environment.push_back("GOVERNOR_FAULT=" + fault);
  Child daemon(command);
  REQUIRE(sandbox.wait_for_daemon(patience()) == daemon.pid());
  return daemon;
}

/// One after the other; what was acknowledged.
void add_updates(Conversation& client, std::vector<Update>& acknowledged, int count) {
  for (int i = 0; i < count; ++i) {
    const double mark = static_cast<double>(acknowledged.size() + 1) / 1000;
    const Answer answer = client.call("process_agent_update", {{"agent_id", "steady"}, {"complexity", mark}});
    acknowledged.push_back({"steady", answer.content().at("update").to_number<std::int64_t>(), mark});
  }
}

TEST_CASE("a daemon that ends at any point of a commit is replaced, and nothing is lost or done twice") {
  for (const ipc::FaultPoint point : tests::fault_points_of("commit")) {
    // Beyond what the start itself commits.
    const std::string fault = std::string(ipc::name_of(point)) + ":end:20";
    INFO(fault);
    Sandbox sandbox;
    Child daemon = start_faulty(sandbox, fault);
    std::vector<Update> acknowledged;
    {
      ProxyConversation client(sandbox);
      client.initialize();
      add_updates(client, acknowledged, kUpdates);
      CHECK(daemon.wait(patience()) == kKilled);
      client.end_input();
      CHECK(client.process().wait(patience()) == 0);
    }
    REQUIRE(sandbox.end_daemon());
    CHECK(discrepancy(acknowledged, stored_updates(sandbox)) == "");
  }
}

TEST_CASE("an update whose commit has taken effect, and of which nobody was told, is not done again") {
  if (!ipc::kHasFaultPoints) return;
  Sandbox sandbox;
  Child daemon = start_faulty(sandbox, "commit_ended:pause:20");
  std::vector<Update> acknowledged;
  ProxyConversation client(sandbox);
  client.initialize();
  std::thread other([&] {
    // The daemon's process is the child of this one: it is told apart from an ended one by its state.
    if (until(patience(), [&] { return stands_still(daemon.pid()); })) daemon.signal(SIGKILL);
  });
  add_updates(client, acknowledged, kUpdates);
  other.join();
  CHECK(daemon.wait(patience()) == 128 + SIGKILL);
  client.end_input();
  CHECK(client.process().wait(patience()) == 0);
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(acknowledged, stored_updates(sandbox)) == "");
}

}  // namespace
}  // namespace governor::test
