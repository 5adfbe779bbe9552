#include <signal.h>

#include <fstream>
#include <iterator>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/disk.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

constexpr int kRequests = 20;

/// Sends updates that the daemon reads and cannot answer, since the disk is held.
void fill_with_updates(const Sandbox& sandbox, Wire& wire) {
  const auto before = health(sandbox).at("requests").to_number<int>();
  std::string batch;
  for (int i = 1; i <= kRequests; ++i) {
    const boost::json::object arguments{{"agent_id", "agent-" + std::to_string(i % 5)},
                                        {"complexity", i / 100.0}};
    batch += std::to_string(i) + " " + tool_call(i, "process_agent_update", arguments) + "\n";
  }
  wire.lines().write(batch, patience());
  // Each question for the health is a request itself.
  int questions = 0;
  REQUIRE(until(patience(), [&] {
    ++questions;
    return health(sandbox).at("requests").to_number<int>() - before - questions >= kRequests;
  }));
}

/// Whether the daemon waited for the disk until its own limit, as it says in its log.
bool gave_up(const Sandbox& sandbox) {
  std::ifstream log(sandbox.state_dir() + "/governor.log");
  const std::string text{std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()};
  return text.find("exiting without it") != std::string::npos;
}

TEST_CASE("a daemon that is told to stop answers what it has read and exits with 0") {
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  Disk disk(sandbox);
  Child daemon = sandbox.start_daemon();
  Wire wire(sandbox);
  wire.hello(new_session());
  disk.hold();
  fill_with_updates(sandbox, wire);

  daemon.signal(SIGTERM);
  REQUIRE(until(patience(), [&] { return !listens(sandbox.socket()); }));
  CHECK_FALSE(daemon.wait(ipc::Deadline::after({})));
  disk.release();
  std::vector<Update> acknowledged;
  for (std::uint64_t i = 1; i <= kRequests; ++i) {
    const Answer answer = wire.answer_to(i);
    const auto& content = answer.content();
    acknowledged.push_back({std::string(content.at("agent_id").as_string()),
                            content.at("update").to_number<std::int64_t>(), static_cast<double>(i) / 100.0});
  }
  CHECK_FALSE(wire.read());
  CHECK(daemon.wait(patience()) == 0);  // after its five seconds it would have given up, with 1
  CHECK(discrepancy(acknowledged, stored_updates(sandbox)) == "");
}

TEST_CASE("a daemon that is told to stop while the disk hangs ends all the same") {
  Sandbox sandbox;
  Disk disk(sandbox);
  Child daemon = sandbox.start_daemon();
  Wire wire(sandbox);
  wire.hello(new_session());
  disk.hold();
  fill_with_updates(sandbox, wire);
  daemon.signal(SIGTERM);
  CHECK(daemon.wait(patience()) == 1);
  CHECK(gave_up(sandbox));
  disk.release();
}

TEST_CASE("a second signal ends the daemon at once") {
  Sandbox sandbox;
  Disk disk(sandbox);
  Child daemon = sandbox.start_daemon();
  Wire wire(sandbox);
  wire.hello(new_session());
  disk.hold();
  fill_with_updates(sandbox, wire);
  daemon.signal(SIGTERM);
  REQUIRE(until(patience(), [&] { return !listens(sandbox.socket()); }));
  daemon.signal(SIGTERM);
  CHECK(daemon.wait(patience()) == 1);
  CHECK_FALSE(gave_up(sandbox));
  disk.release();
}

TEST_CASE("governor/stop ends the daemon in order") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  Wire wire(sandbox);
  wire.plain(R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":1,"role":"person"}})");
  CHECK_FALSE(wire.plain_answer().is_error());
  wire.plain(R"({"jsonrpc":"2.0","id":1,"method":"governor/stop","params":{"reason":"test"}})");
  const Answer answer = wire.plain_answer();
  CHECK(answer.result().at("stopping").as_bool());
  CHECK(answer.result().at("pid").to_number<pid_t>() == daemon.pid());
  CHECK(daemon.wait(patience()) == 0);
}

}  // namespace
}  // namespace governor::test
