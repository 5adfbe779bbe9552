#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/disk.hpp"
#include "tests/support/load.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

using std::chrono::milliseconds;

/// Whether health is told while the disk is held. How long it took does not matter, since the disk stays held
/// until the test releases it: an answer that waited for the disk would never come. Asked on the socket,
/// because governorctl gives up after 200 ms, which a busy machine may need to start it.
bool health_does_not_wait(const Sandbox& sandbox) {
  const auto answer = health(sandbox);
  return answer.contains("pid") && answer.at("pending").to_number<int>() > 0;
}

/// Updates are on their way to a disk that does not answer.
void wait_until_blocked(const Sandbox& sandbox, int updates) {
  REQUIRE(until(patience(), [&] {
    const auto now = health(sandbox);
    return now.at("pending").to_number<int>() > 0 && now.at("oldest_pending_ms").to_number<double>() > 100 &&
           now.at("updates").to_number<int>() >= updates;
  }));
}

TEST_CASE("health answers while the disk hangs on the update of a lone client") {
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  Disk disk(sandbox);
  Child daemon = sandbox.start_daemon();
  ProxyConversation client(sandbox);
  client.initialize();
  // One after another: from now on its updates are committed where they are computed.
  for (int i = 0; i < 5; ++i) client.call("process_agent_update", {{"agent_id", "lone"}});
  disk.hold();
  const auto id = client.ask_tool("process_agent_update", {{"agent_id", "lone"}});
  wait_until_blocked(sandbox, 6);
  CHECK(health_does_not_wait(sandbox));
  CHECK(health_does_not_wait(sandbox));
  CHECK_THROWS(client.next_answer(ipc::Deadline::after(milliseconds(50))));  // durable before visible
  disk.release();
  const Answer answer = client.next_answer();
  CHECK(answer.id == id);
  CHECK(answer.content().at("update").to_number<int>() == 6);
}

TEST_CASE("health answers while the disk hangs on the updates of several clients") {
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  Disk disk(sandbox);
  Child daemon = sandbox.start_daemon();
  Load load(proxies(sandbox, 4), {});
  load.start();
  REQUIRE(load.wait_for_progress(20, patience()));
  disk.hold();
  wait_until_blocked(sandbox, 1);
  const auto before = load.acknowledged();
  CHECK(health_does_not_wait(sandbox));
  CHECK(load.acknowledged() == before);
  CHECK(health(sandbox).at("pending").to_number<int>() > 0);
  disk.release();
  CHECK(load.wait_for_progress(20, patience()));
  load.stop();
  CHECK(load.errors() == std::vector<std::string>());
}

TEST_CASE("while the disk hangs reads of the changed agent wait and others do not") {
  Sandbox sandbox({.io_threads = GENERATE(1, 4)});
  Disk disk(sandbox);
  Child daemon = sandbox.start_daemon();
  SocketConversation writer(sandbox);
  SocketConversation reader(sandbox);
  SocketConversation waiting(sandbox);
  for (const char* agent : {"still", "changed"}) {
    CHECK(writer.call("process_agent_update", {{"agent_id", agent}}).tool_error().empty());
  }
  REQUIRE(until(patience(), [&] { return health(sandbox).at("pending").to_number<int>() == 0; }));
  disk.hold();
  writer.ask_tool("process_agent_update", {{"agent_id", "changed"}});
  wait_until_blocked(sandbox, 3);
  waiting.ask_tool("get_governance_metrics", {{"agent_id", "changed"}});
  const Answer still = reader.call("get_governance_metrics", {{"agent_id", "still"}});
  CHECK(still.content().at("update").to_number<int>() == 1);
  CHECK_THROWS(waiting.next_answer(ipc::Deadline::after(milliseconds(100))));
  disk.release();
  CHECK(waiting.next_answer().content().at("update").to_number<int>() == 2);
  CHECK(writer.next_answer().content().at("update").to_number<int>() == 2);
}

}  // namespace
}  // namespace governor::test
