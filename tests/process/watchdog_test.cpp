// Daemons that hang, and what they are followed by.
#include <signal.h>

#include <fstream>
#include <iterator>

#include "ipc/fault_point.hpp"
#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/disk.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/manager.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

void configure(const Sandbox& sandbox, int watchdog_seconds) {
  std::ofstream(sandbox.directory() + "/config.json")
      << R"({"idle_exit": 60, "watchdog_seconds": )" << watchdog_seconds << "}\n";
}

/// Starts a daemon as any client does; those that follow it are as usual.
pid_t start_one_that_will_hang(const Sandbox& sandbox, const std::string& fault) {
  configure(sandbox, 3);  // a busy disk must not look like a daemon that hangs
  Command command = sandbox.command(kControl, {"agents"});
  command.environment.push_back("GOVERNOR_FAULT=" + fault);
  const auto finished = run(command, patience());
  REQUIRE(finished);
  CHECK(finished->code == 0);
  configure(sandbox, 30);
  return sandbox.daemon();
}

std::string log_of(const Sandbox& sandbox) {
  std::ifstream log(sandbox.state_dir() + "/governor.log");
  return {std::istreambuf_iterator<char>(log), {}};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("a daemon that hangs ends itself, the proxies bring up the next one, and nothing is lost") {
  if (!ipc::kHasFaultPoints) return;
  // At an arrival that comes while the clients are at work.
  const std::string fault =
      GENERATE("order_loop_round:hold:10", "order_strand_round:hold:10", "order_store_job:hold:200");
  INFO(fault);
  Sandbox sandbox;
  const pid_t first = start_one_that_will_hang(sandbox, fault);
  REQUIRE(first != 0);
  const ProcessWatch watch(first);
  Load load(proxies(sandbox, 4), {});
  load.start();
  CHECK(watch.wait(patience(std::chrono::seconds(60))));
  CHECK(load.wait_for_progress(50, patience()));
  load.stop();
  CHECK(load.errors() == std::vector<std::string>());
  CHECK(sandbox.daemon() != first);
  CHECK(audit_check(sandbox).at("problem_count").as_int64() == 0);
  load.end_clients();

  const auto alerts = run(sandbox.command(kControl, {"alerts", "--json"}), patience());
  REQUIRE(alerts);
  INFO(alerts->output);
  CHECK(contains(alerts->output, "It ended itself because it hung: nothing had been through"));
  const std::string log = log_of(sandbox);
  CHECK(contains(log, "the event loop "));
  CHECK(contains(log, "the thread of the store "));
  REQUIRE(sandbox.end_daemon());
  CHECK(discrepancy(load.updates(), stored_updates(sandbox)) == "");
}

TEST_CASE("a daemon whose disk hangs stays, says so, and gives signs of life") {
  Sandbox sandbox;
  Disk disk(sandbox);
  Manager manager(sandbox);
  sandbox.set("WATCHDOG_USEC", "60000000");
  configure(sandbox, 3);
  Child daemon(sandbox.command(kDaemon, {"--foreground"}));
  REQUIRE(manager.next(patience()) == "READY=1");
  SocketConversation client(sandbox);
  CHECK(client.call("process_agent_update", {{"agent_id", "steady"}}).tool_error().empty());
  disk.hold();
  client.ask_tool("process_agent_update", {{"agent_id", "steady"}});
  REQUIRE(
      until(patience(), [&] { return health(sandbox).at("oldest_pending_ms").to_number<double>() > 500; }));
  manager.count_waiting("WATCHDOG=1");
  // No round is completed now: these are of the watchdog, which has found out by then.
  for (int i = 0; i < 3; ++i) CHECK(manager.next(patience(std::chrono::seconds(60))) == "WATCHDOG=1");
  CHECK(health(sandbox).at("status") != "ok");
  disk.release();
  CHECK(client.next_answer().content().at("update").to_number<int>() == 2);
  CHECK_FALSE(daemon.wait(ipc::Deadline::after({})));
}

TEST_CASE("a daemon that was stopped for longer than the limit goes on") {
  Sandbox sandbox;
  configure(sandbox, 3);
  Child daemon = sandbox.start_daemon();
  ProxyConversation client(sandbox);
  CHECK(client.call("process_agent_update", {{"agent_id", "steady"}}).tool_error().empty());
  daemon.signal(SIGSTOP);
  let_pass(std::chrono::milliseconds(3500));
  daemon.signal(SIGCONT);
  CHECK(client.call("process_agent_update", {{"agent_id", "steady"}}).tool_error().empty());
  CHECK(sandbox.daemon() == daemon.pid());
  CHECK_FALSE(daemon.wait(ipc::Deadline::after({})));
  CHECK_FALSE(contains(log_of(sandbox), "the daemon ends itself"));
}

}  // namespace
}  // namespace governor::test
